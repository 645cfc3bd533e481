import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {shell, start, temporaryFolder} from './support/cli.ts'
import {startServer, type TestServer} from './support/server.ts'

// Every example of every --help is run as it stands, with a real server.

type Command = {id: string; examples: string[]}
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'dist', 'manifest.json'), 'utf8'))
const examples = (Object.values(manifest.commands) as Command[]).flatMap(({id, examples: texts}) =>
  texts.map((text) => ({
    id,
    text: text.replaceAll('<%= config.bin %>', 'nats').replaceAll('<%= command.id %>', id.replaceAll(':', ' ')),
  })),
)

let server: TestServer
beforeAll(async () => {
  server = await startServer({jetstream: true})
})
