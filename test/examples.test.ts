import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {cacheFolder} from '../src/lib/local-server/find.ts'
import {interruptible, temporaryFolder} from './support/cli.ts'
import {startCluster, startServer} from './support/server.ts'
import {furnish, populate} from './support/world.ts'

// Every example of every --help is run as it stands, in a HOME where the files and contexts that it names exist, with a
// server of its own through which messages flow. What has not ended by itself is interrupted as at a terminal.

const PATIENCE_MS = 2000

/** Examples that cannot succeed here, each with what they then say. */
const EXCEPTIONS: [RegExp, RegExp][] = [
  [/graph|view|consumer rm/, /terminal|Nobody is there to ask/],
  [/--dry-run/, /would change/],
  [/(--server|-s) \S*example\.(com|net)/, /no such host/],
  [/unpin/, /no priority group has a pinned client/],
  // A publisher at the end of an endless pipe is interrupted before its work was done.
  [/ \| nats .*publish/, /interrupted/],
  // Three servers have no spare one for the third replica.
  [/peer-remove/, /peer remap failed/],
]

type Command = {id: string; examples: string[]}
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'dist', 'manifest.json'), 'utf8'))
const examples = (Object.values(manifest.commands) as Command[]).flatMap(({id, examples: texts}) =>
  texts.map((text) =>
    text.replaceAll('<%= config.bin %>', 'nats').replaceAll('<%= command.id %>', id.replaceAll(':', ' ')),
  ),
)

test.each(examples)('%s', {timeout: 60_000}, async (example) => {
  const clustered = /^nats (stream|consumer) cluster/.test(example)
  const servers = clustered ? await startCluster(3, {name: 'east'}) : [await startServer({jetstream: true})]
  const stop = await populate(servers[0]!.url, {
    replicas: servers.length,
    stream: !/stream (add|restore) /.test(example),
    paused: /resume/.test(example),
  })
  const home = temporaryFolder()
  furnish(home, servers[0]!.url)
  const env = {
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    NATS_SERVER_CACHE: cacheFolder(),
    SECRET: 's3cret',
    EDITOR: 'true',
  }
  const patience = example.includes('install') ? 60_000 : PATIENCE_MS
  const {code, stderr} = await interruptible(example, patience, {home, cwd: home, env})
  await stop()
  for (const server of servers) await server.stop()

  const other = EXCEPTIONS.find(([pattern]) => pattern.test(example))?.[1]
  if (code === 0) expect(stderr).not.toContain('nats: error')
  else expect(stderr).toMatch(other ?? /^$/)
})
