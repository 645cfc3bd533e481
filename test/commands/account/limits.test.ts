import {beforeAll, expect, test} from 'vitest'
import {run, temporaryFolder} from '../../support/cli.ts'
import {startServer} from '../../support/server.ts'

// An account that may store 100 KB, in one stream with one consumer: what a command says when there is no room.

let home: string
let url: string
const nats = (args: string[], stdin?: string) => run(args, {home, stdin, env: {NATS_URL: url}})

beforeAll(async () => {
  const limits = 'max_file: 100KB, max_mem: 100KB, max_streams: 1, max_consumers: 1'
  const config = `accounts { A { users: [{user: a, password: p}], jetstream: {${limits}} } }`
  url = (await startServer({jetstream: true, config})).url.replace('://', '://a:p@')
})

test('no more streams, consumers or bytes than the account may have', async () => {
  home = temporaryFolder()
  expect((await nats(['stream', 'add', 'FULL', '--subjects', 'full.>', '--defaults'])).code).toBe(0)
  expect(await nats(['stream', 'add', 'MORE', '--subjects', 'more', '--defaults'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nats: error: maximum number of streams reached (10027)'),
  })

  expect((await nats(['consumer', 'add', 'FULL', 'ONE', '--pull', '--defaults'])).code).toBe(0)
  expect(await nats(['consumer', 'add', 'FULL', 'TWO', '--pull', '--defaults'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nats: error: maximum consumers limit reached (10026)'),
  })

  const lines = `${'x'.repeat(30_000)}\n`.repeat(5)
  const published = await nats(['pub', '-J', 'full.a', '--send-on', 'newline'], lines)
  expect(published.code).toBe(9)
  expect(published.stderr).toContain('Stored 3 messages')
  expect(published.stderr).toContain('nats: error: line 4: resource limits exceeded for account (10002)')
  const state = JSON.parse((await nats(['stream', 'info', 'FULL', '--json'])).stdout).state
  expect(state.messages).toBe(3)

  const {stdout, stderr} = await nats(['account', 'info'])
  expect(stdout).toMatch(/Streams: 1 of 1\n/)
  expect(stderr).toContain('WARNING: streams: 1 of 1 are used or reserved')
})
