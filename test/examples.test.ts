import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {cacheFolder} from '../src/lib/local-server/find.ts'
import {shell, startShell, temporaryFolder} from './support/cli.ts'
import {startCluster, startServer} from './support/server.ts'
import {furnish, populate} from './support/world.ts'

// Every example of every --help is run as it stands, in a HOME where the files and contexts that it names exist, with a
// server of its own through which messages flow. What has not ended by itself is interrupted as at a terminal.

/** These go on until they are interrupted: a moment after they have begun to say something. */
const ENDLESS = /nats (sub|subscribe|reply|server run)|consumer sub|tail -f|--follow/
const MOMENT_MS = 500

/** Examples that cannot succeed here, each with what they then say. */
const EXCEPTIONS: [RegExp, RegExp][] = [
  [/graph|view|consumer rm/, /terminal|Nobody is there to ask/],
  [/--dry-run/, /would change/],
  [/(--server|-s) \S*example\.(com|net)/, /no such host/],
  [/unpin/, /no priority group has a pinned client/],
  // A publisher at the end of an endless pipe is interrupted before its work was done.
  [/ \| nats .*publish/, /interrupted/],
  [/--tag ssd/, /no suitable peers/],
  // Their port is the one that everybody's server has.
  [/server run/, /another program listens there/],
  // Three servers have no spare one for the third replica.
  [/peer-remove/, /peer remap failed/],
]

/** What can be restored: backups of the stream and of the account, which is then empty. */
const BACKUPS = `nats stream backup ORDERS orders-backup && nats account backup account-backup --force &&
  nats stream rm ORDERS --force`

type Command = {id: string; examples: string[]}
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'dist', 'manifest.json'), 'utf8'))
const examples = (Object.values(manifest.commands) as Command[]).flatMap(({id, examples: texts}) =>
  texts.map((text) =>
    text.replaceAll('<%= config.bin %>', 'nats').replaceAll('<%= command.id %>', id.replaceAll(':', ' ')),
  ),
)

test.each(examples)('%s', {timeout: 60_000}, async (example) => {
  const clustered = /^nats (stream|consumer) cluster|--replicas 3/.test(example)
  const servers = clustered ? await startCluster(3, {name: 'east'}) : [await startServer({jetstream: true})]
  const stop = await populate(servers[0]!.url, {
    replicas: servers.length,
    stream: !/stream add /.test(example),
    paused: /resume/.test(example),
  })
  const {url} = servers[0]!
  const home = temporaryFolder()
  furnish(home, url)
  const env = {
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    NATS_SERVER_CACHE: cacheFolder(),
    SECRET: 's3cret',
    EDITOR: 'true',
  }
  if (example.includes('restore')) await shell(BACKUPS, {home, cwd: home, env: {...env, NATS_URL: url}})
  const running = startShell(example, {home, cwd: home, env, timeout: 60_000})
  if (ENDLESS.test(example)) {
    // A pipe may hold back all that is said.
    await Promise.race([running.waitForOutput(), sleep(2000)])
    setTimeout(() => running.kill('SIGINT'), MOMENT_MS)
  }
  const {code, stderr} = await running.done
  await stop()
  for (const server of servers) await server.stop()

  const other = EXCEPTIONS.find(([pattern]) => pattern.test(example))?.[1]
  if (code === 0) expect(stderr).not.toContain('nats: error')
  else expect(stderr).toMatch(other ?? /^$/)
})
