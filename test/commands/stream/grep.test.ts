import {beforeAll, describe, expect, test} from 'vitest'
import {run} from '../../support/cli.ts'
import {startServer, type TestServer} from '../../support/server.ts'
import {Lab} from '../../support/streams.ts'

let server: TestServer
const grep = (...args: string[]) => run(['-s', server.url, 'stream', 'grep', ...args])

beforeAll(async () => {
  server = await startServer({jetstream: true})
  const {nc, createStream, store} = await Lab.forFile(server.url)
  await createStream('LOG')
  await store([
    {subject: 'log.a', body: '{"state":"new","lines":[{"n":1}]}'},
    {subject: 'log.a', body: '{"state":"paid","lines":[{"n":2}]}', headers: {Trace: 'abc'}},
    {subject: 'log.b', body: 'plain paid text'},
    {subject: 'log.b', body: '{"state":"paid"}'},
    {subject: 'log.c', body: '{"state":"lost"}'},
    {subject: 'log.c', body: 'Paid'},
  ])
  await nc.close()
})

describe('stream grep', () => {
  const found = async (...args: string[]) => {
    const {stdout, stderr, code} = await grep('LOG', ...args, '--json')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const sequences = async (...args: string[]) => (await found(...args)).map(({sequence}) => sequence)

  test('finds by body, header, subject and JSON path', async () => {
    expect(await sequences('paid')).toEqual([2, 3, 4])
    expect(await sequences('PAID', '-i')).toEqual([2, 3, 4, 6])
    expect(await sequences('paid', '-v')).toEqual([1, 5, 6])
    expect(await sequences('"state":"new"', '-F')).toEqual([1])
    expect(await sequences('^Trace: a', '--in', 'headers')).toEqual([2])
    expect(await sequences('^log.c$', '--in', 'subject')).toEqual([5, 6])
    expect(await sequences('^paid$', '--json-path', '.state')).toEqual([2, 4])
    expect(await sequences('--json-path', '.lines[*].n')).toEqual([1, 2])
  })

  test('looks at a range only', async () => {
    expect(await sequences('paid', '--from', '3')).toEqual([3, 4])
    expect(await sequences('paid', '--to', '2')).toEqual([2])
    expect(await sequences('paid', '--subject', 'log.b')).toEqual([3, 4])
    expect(await sequences('ai', '--last', '2')).toEqual([6])
    expect(await sequences('paid', '--limit', '2')).toEqual([2, 3])
  })

  test('shows what stands around a match, apart from the next', async () => {
    const raw = await grep('LOG', 'new|lost', '--raw', '-A', '1')
    expect(raw.stdout).toBe(
      '{"state":"new","lines":[{"n":1}]}\n{"state":"paid","lines":[{"n":2}]}\n--\n{"state":"lost"}\nPaid\n',
    )
    const records = await found('plain', '-C', '1')
    expect(records.map(({sequence, match}) => [sequence, match])).toEqual([
      [2, false],
      [3, true],
      [4, false],
    ])
    expect(await sequences('plain', '-B', '2')).toEqual([1, 2, 3])
    expect(await sequences('paid', '-A', '2', '--limit', '1')).toEqual([2, 3, 4])
  })

  test('counts', async () => {
    expect(await grep('LOG', 'paid', '--count')).toMatchObject({stdout: '3\n', stderr: '', code: 0})
    expect(await found('paid', '--count')).toEqual([{stream: 'LOG', count: 3}])
  })

  test('ends with 1 when nothing matched', async () => {
    const stderr = 'nats: error: nothing in LOG matches\n'
    expect(await grep('LOG', 'nothing')).toMatchObject({stdout: '', stderr, code: 1})
    expect(await grep('LOG', 'paid', '--from', '99')).toMatchObject({stdout: '', stderr, code: 1})
    expect(await grep('LOG', 'nothing', '--count')).toMatchObject({stdout: '0\n', stderr, code: 1})
  })

  test('says what is wrong with the command line', async () => {
    expect(await grep('LOG')).toMatchObject({code: 2, stderr: expect.stringContaining("'pattern' not provided")})
    expect(await grep('LOG', '(')).toMatchObject({code: 2, stderr: expect.stringContaining('Unterminated group')})
    expect(await grep('LOG', '--json-path', 'a..b')).toMatchObject({code: 2, stdout: ''})
    expect(await grep('NOPE', 'x')).toMatchObject({code: 3, stderr: 'nats: error: stream not found (10059)\n'})
  })
})
