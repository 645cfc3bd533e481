import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {shell} from '../../support/cli.ts'
import {startServer, type TestServer} from '../../support/server.ts'
import {Store} from './support.ts'

type Manifest = {commands: Record<string, {id: string; examples: string[]}>}
const {commands} = JSON.parse(readFileSync('dist/manifest.json', 'utf8')) as Manifest
const examples = Object.values(commands)
  .filter(({id}) => id.startsWith('context:') && id !== 'context:explain')
  .flatMap(({id, examples}) => examples.map((text) => text.replaceAll('<%= command.id %>', id.replace(':', ' '))))
  .map((text) => text.replaceAll('<%= config.bin %>', 'nats'))

let server: TestServer

beforeAll(async () => {
  server = await startServer()
})

/** The help's own examples, typed as they stand there, where the contexts that they name exist. */
test.each(examples)('%s', async (example) => {
  const store = new Store()
  for (const name of ['local', 'prod', 'old']) store.put(name, JSON.stringify({url: server.url}))
  await store.succeed(['select', 'old'])
  await store.succeed(['select', 'prod'])
  writeFileSync(join(store.home, 'prod.creds'), '')
  const script = example.includes('edit') ? `export EDITOR=true; ${example}` : example
  const {stdout, code} = await shell(script, {home: store.home, cwd: store.home, env: {SECRET: 's3cret'}})
  expect(code).toBe(0)
  expect(stdout).not.toBe('')
  expect(stdout).not.toContain('s3cret')
})
