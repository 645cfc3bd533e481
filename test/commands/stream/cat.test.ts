import {beforeAll, describe, expect, test} from 'vitest'
import {decodeRecord} from '../../../src/lib/message/record.ts'
import {run, shell, start} from '../../support/cli.ts'
import {startServer, type TestServer} from '../../support/server.ts'
import {Lab, numbers, until} from '../../support/streams.ts'

let server: TestServer
const cat = (...args: string[]) => run(['-s', server.url, 'stream', 'cat', ...args])
const lab = () => Lab.open(server.url)

beforeAll(async () => {
  server = await startServer({jetstream: true})
})

describe('stream cat', () => {
  test('writes a whole stream, for people, raw and as JSON lines', async () => {
    const {store, createStream} = await lab()
    await createStream('FORMS')
    await store([
      {subject: 'forms.a', body: 'one', headers: {A: '1', B: '2'}},
      {subject: 'forms.b', body: 'two\n'},
      {subject: 'forms.c', body: ''},
      {subject: 'forms.d', body: Uint8Array.of(0xff, 0)},
    ])

    const text = await cat('FORMS')
    expect(text.code).toBe(0)
    expect(text.stderr).toBe('')
    expect(text.stdout.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')).toMatch(
      /^\[1\] Subject: forms.a Received: TIME\n {2}A: 1\n {2}B: 2\n\none\n\n\[2\] Subject: forms.b Received: TIME\ntwo\n\n\[3\] /,
    )

    const raw = await cat('FORMS', '--raw')
    expect(raw.raw).toEqual(Buffer.from([...Buffer.from('one\ntwo\n\n'), 0xff, 0, 10]))

    const json = await cat('FORMS', '--json')
    const records = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records[0]).toEqual({
      ...{subject: 'forms.a', headers: {A: ['1'], B: ['2']}, data: 'one', encoding: 'utf8', size: 3},
      ...{time: expect.stringMatching(/^2.*Z$/), stream: 'FORMS', sequence: 1},
    })
    expect(records[3]).toMatchObject({data: '/wA=', encoding: 'base64', sequence: 4})
    expect(records).toHaveLength(4)
  })

  test('what it writes as JSON is what publish --ndjson reads', async () => {
    const {store, createStream} = await lab()
    await createStream('AGAIN')
    await store([{subject: 'again.a', body: '{{x}}\r\n', headers: {A: '1'}}])
    const {stdout} = await cat('AGAIN', '--json')
    const {subject, headers, data} = decodeRecord(stdout)
    expect({subject, headers, body: String(data)}).toEqual({
      ...{subject: 'again.a', headers: [['A', '1']], body: '{{x}}\r\n'},
    })
  })

  test('takes ranges by sequence, time, subject and number', async () => {
    const {storeNumbers, createStream, api} = await lab()
    await createStream('RANGE')
    await storeNumbers('range.old', 5)
    const {message} = await api('STREAM.MSG.GET.RANGE', {seq: 5})
    const between = new Date(Date.parse(message.time) + 1).toISOString()
    await until(() => Date.now() > Date.parse(between) + 1)
    await storeNumbers('range.new', 5, 5)
    await api('STREAM.MSG.DELETE.RANGE', {seq: 9})

    const lines = async (...args: string[]) =>
      (await cat('RANGE', '--raw', ...args)).stdout.split('\n').join(' ').trim()
    expect(await lines()).toBe('0 1 2 3 4 5 6 7 9')
    expect(await lines('--from', '3', '--to', '5')).toBe('2 3 4')
    expect(await lines('--from', '9', '--to', '9')).toBe('')
    expect(await lines('--from', '99')).toBe('')
    expect(await lines('--from', between)).toBe('5 6 7 9')
    expect(await lines('--to', between)).toBe('0 1 2 3 4')
    expect(await lines('--from', '1h', '--limit', '2')).toBe('0 1')
    expect(await lines('--from', '2990-01-01')).toBe('')
    expect(await lines('--subject', 'range.new')).toBe('5 6 7 9')
    expect(await lines('--subject', 'range.none')).toBe('')
    expect(await lines('--subject', 'range.new', '--subject', 'range.old', '--from', '5')).toBe('4 5 6 7 9')
    expect(await lines('--subject', 'range.old', '--from', between)).toBe('')
    expect(await lines('--last', '3')).toBe('6 7 9')
    expect(await lines('--last', '100')).toBe('0 1 2 3 4 5 6 7 9')
    expect(await lines('--last', '2', '--subject', 'range.old')).toBe('3 4')
    expect(await lines('--last', '0')).toBe('')
    expect((await api('CONSUMER.NAMES.RANGE')).total).toBe(0)
  })

  test('an empty stream and one whose last message is deleted end at once', async () => {
    const {storeNumbers, createStream, api} = await lab()
    await createStream('TAIL')
    expect(await cat('TAIL')).toMatchObject({stdout: '', stderr: '', code: 0})
    await storeNumbers('tail.a', 3)
    await api('STREAM.MSG.DELETE.TAIL', {seq: 3})
    expect(await cat('TAIL', '--raw')).toMatchObject({stdout: '0\n1\n', stderr: '', code: 0})
  })

  test('reads a work queue, which allows no consumer of ours, and takes nothing from it', async () => {
    const {storeNumbers, createStream, api} = await lab()
    await createStream('QUEUE', {retention: 'workqueue'})
    await storeNumbers('queue.a', 5)
    await storeNumbers('queue.b', 5, 5)
    await api('STREAM.MSG.DELETE.QUEUE', {seq: 3})
    const lines = async (...args: string[]) =>
      (await cat('QUEUE', '--raw', ...args)).stdout.split('\n').join(' ').trim()
    expect(await lines()).toBe('0 1 3 4 5 6 7 8 9')
    expect(await lines('--from', '2', '--to', '7', '--limit', '4')).toBe('1 3 4 5')
    expect(await lines('--subject', 'queue.b', '--from', '1h')).toBe('5 6 7 8 9')
    expect(await cat('QUEUE', '--last', '2')).toMatchObject({
      ...{code: 1, stderr: expect.stringContaining('--last cannot count the messages of a work queue')},
    })
    const following = start([
      '-s',
      server.url,
      'stream',
      'cat',
      'QUEUE',
      '--raw',
      '--follow',
      '--from',
      '9',
      '--limit',
      '3',
    ])
    await following.waitFor('stdout', /^8\n9\n$/)
    await storeNumbers('queue.a', 1, 10)
    expect(await following.done).toMatchObject({stdout: '8\n9\n10\n', code: 0})
    expect((await api('STREAM.INFO.QUEUE')).state).toMatchObject({messages: 10, consumer_count: 0})
  })

  test('follows what is stored, until it is interrupted or has enough', async () => {
    const {storeNumbers, createStream} = await lab()
    await createStream('FOLLOW')
    await storeNumbers('follow.a', 10)
    const first = start(['-s', server.url, 'stream', 'cat', 'FOLLOW', '--raw', '--follow', '--last', '2'])
    const second = start([
      '-s',
      server.url,
      'stream',
      'cat',
      'FOLLOW',
      '--raw',
      '--follow',
      '--last',
      '0',
      '--limit',
      '3',
    ])
    await first.waitFor('stdout', /^8\n9\n$/)
    // Not before it is there, as it takes only what is new.
    await until(() => consumers('FOLLOW').then((count) => count === 2))
    await storeNumbers('follow.a', 3, 10)
    expect(await second.done).toMatchObject({stdout: numbers(3, 10), code: 0})
    await first.waitFor('stdout', /12\n$/)
    first.kill('SIGINT')
    expect(await first.done).toMatchObject({stdout: numbers(5, 8), stderr: '', code: 0})
    await until(() => consumers('FOLLOW').then((count) => count === 0))
  })

  test('says which stream is not there, and which flags contradict each other', async () => {
    expect(await cat('NOPE')).toMatchObject({
      ...{stdout: '', stderr: 'nats: error: stream not found (10059)\n', code: 3},
    })
    expect(await cat('RANGE', '--last', '3', '--from', '1')).toMatchObject({code: 2, stdout: ''})
    expect(await cat('RANGE', '--follow', '--to', '3')).toMatchObject({code: 2, stdout: ''})
    expect(await cat('RANGE', '--from', 'x')).toMatchObject({
      ...{code: 2, stderr: expect.stringContaining('--from: "x" is neither a sequence nor a time')},
    })
  })

  test('ends quietly when nobody reads any more', async () => {
    const {storeNumbers, createStream} = await lab()
    await createStream('PIPE')
    await storeNumbers('pipe.a', 20_000)
    const {stdout, stderr, code} = await shell(
      `nats -s ${server.url} stream cat PIPE --raw | head -1; echo \${PIPESTATUS[0]}`,
    )
    expect({stdout, stderr, code}).toEqual({stdout: '0\n0\n', stderr: '', code: 0})
  })

  test('a stream that is deleted meanwhile is said to be gone', async () => {
    const {storeNumbers, createStream, api} = await lab()
    await createStream('GONE')
    await storeNumbers('gone.a', 3)
    const running = start(['-s', server.url, 'stream', 'cat', 'GONE', '--raw', '--follow'])
    await running.waitFor('stdout', /2\n$/)
    await api('STREAM.DELETE.GONE')
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe(numbers(3))
    expect(stderr).toMatch(
      /error: the stream GONE is gone, it was deleted while it was read\n.*up to sequence 3 was read/,
    )
    expect(code).toBe(3)
  })

  test('a server that restarts costs and repeats no message', async () => {
    const own = await startServer({jetstream: true})
    const {storeNumbers, createStream} = await Lab.open(own.url)
    await createStream('AGAIN')
    await storeNumbers('again.a', 5000)
    const running = start(['-s', own.url, 'stream', 'cat', 'AGAIN', '--raw', '--follow', '--limit', '6000'])
    await running.waitFor('stdout', /4999\n$/)
    await own.kill()
    await own.restart()
    await (await Lab.open(own.url)).storeNumbers('again.a', 1000, 5000)
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe(numbers(6000))
    expect(stderr).toContain('Reading goes on after sequence 5000')
    expect(code).toBe(0)
  })

  async function consumers(stream: string): Promise<number> {
    return (await (await lab()).api(`CONSUMER.NAMES.${stream}`)).total
  }
})
