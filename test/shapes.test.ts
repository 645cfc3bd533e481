import {join} from 'node:path'
import {expect, test} from 'vitest'
import {interruptible, temporaryFolder} from './support/cli.ts'
import {startServer} from './support/server.ts'
import {furnish, populate} from './support/world.ts'

// The JSON contract of docs/output.md: names and types of what each command prints under --json. A change of this
// snapshot that takes a line away or changes a type breaks somebody's script.

const COMMANDS = [
  'nats publish orders.new hello -H A:1 --json',
  'nats subscribe orders.new --count 1 --json',
  'nats subscribe "orders.>" --count 8 --report-subjects --json',
  'nats request help.me please --json',
  'nats rtt --json',
  'nats rtt -s $NATS_URL,nats://127.0.0.1:1 --json',
  'nats context add new --server $NATS_URL --user u --password p --json',
  'nats context add new --server $NATS_URL --select --json',
  'nats context copy local copied --json',
  'nats context ls --json',
  'nats context info local --json',
  'nats context info local --connect --json',
  'nats context validate --json',
  'nats context select local --json',
  'nats context previous --json',
  'nats context unselect --json',
  'nats context rm old --force --json',
  'nats context explain local --json',
  'nats context explain local --connect --json',
  'nats account info --json',
  'nats stream add NEW --subjects new --defaults --json',
  'nats stream edit ORDERS --description other --force --json',
  'nats stream info ORDERS --json',
  'nats stream state ORDERS --json',
  'nats stream ls --json',
  'nats stream report --json',
  'nats stream find --json',
  'nats stream subjects ORDERS --json',
  'nats stream gaps ORDERS --json',
  'nats stream get ORDERS 1 --json',
  'nats stream cat ORDERS --limit 1 --json',
  'nats stream grep ORDERS timeout --limit 1 --json',
  'nats stream rmm ORDERS 3 --force --json',
  'nats stream purge ORDERS --keep 50 --force --json',
  'nats stream rm ORDERS --force --json',
  'nats consumer add ORDERS NEW --pull --defaults --json',
  'nats consumer edit ORDERS DISPATCH --description other --force --json',
  'nats consumer info ORDERS DISPATCH --json',
  'nats consumer state ORDERS DISPATCH --json',
  'nats consumer ls ORDERS --json',
  'nats consumer report ORDERS --json',
  'nats consumer find ORDERS --json',
  'nats consumer next ORDERS DISPATCH --json',
  'nats consumer pause ORDERS DISPATCH 1h --force --json',
  'nats consumer rm ORDERS DISPATCH --force --json',
]

test.each(COMMANDS)('%s', async (command) => {
  const server = await startServer({jetstream: true})
  const stop = await populate(server.url)
  const home = temporaryFolder()
  furnish(home, server.url)
  const env = {NATS_URL: server.url, PATH: `${join(home, 'bin')}:${process.env.PATH}`}
  const {stdout, stderr} = await interruptible(command, 4000, {home, cwd: home, env})
  await stop()
  await server.stop()
  expect(stdout, stderr).not.toBe('')
  expect(shapeOf(parse(stdout))).toMatchSnapshot()
})

/** One JSON value, or the first of the lines of a command that streams. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return JSON.parse(text.split('\n', 1)[0]!)
  }
}

/** The types of a value: of an array those of its elements, of an object those of its members. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(merged)]
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

/** Elements may differ in what they leave out. */
function merged(a: unknown, b: unknown): unknown {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a)) return a
  return Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
      const [left, right] = [(a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]]
      return [name, left === undefined ? right : right === undefined ? left : merged(left, right)]
    }),
  )
}
