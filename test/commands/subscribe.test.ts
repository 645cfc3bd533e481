import type {NatsConnection} from '@nats-io/nats-core'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, start} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {connectTo, publish, subscribe, subscribed, subscribeInTerminal, three} from '../support/subscribing.ts'

let server: TestServer
let nc: NatsConnection

beforeAll(async () => {
  server = await startServer({http: true})
  nc = await connectTo(server)
})

/** Subscribes with the flags to a subject of the test's own, publishes the three messages, and waits for the end. */
async function receiveThree(subject: string, ...flags: string[]) {
  const running = await subscribe(server, [`${subject}.>`, ...flags])
  await publish(nc, ...three(subject))
  return running.done
}

const SECOND = 'K: v\nK: v2\nX: y\n'

describe('messages for people', () => {
  test('headline, headers and body on stdout; what it does on stderr', async () => {
    const {stdout, stderr, code} = await receiveThree('plain', '--count', '3')
    expect(stdout).toBe(
      `[#1] Received on "plain.a"\none\n\n[#2] Received on "plain.b" with reply "re.ply"\n${SECOND}\ntwo\n\n` +
        '[#3] Received on "plain.a"\nnil body\n\n',
    )
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d Subscribing on plain\.>\n$/)
    expect(code).toBe(0)
  })

  test('--headers-only', async () => {
    const {stdout, code} = await receiveThree('heads', '--count', '3', '--headers-only')
    expect(stdout).toBe(
      `[#1] Received on "heads.a"\n[#2] Received on "heads.b" with reply "re.ply"\n${SECOND}\n[#3] Received on "heads.a"\n`,
    )
    expect(code).toBe(0)
  })

  test('--subjects-only', async () => {
    const {stdout} = await receiveThree('subjects', '--count', '3', '--subjects-only')
    expect(stdout).toBe(
      '[#1] Received on "subjects.a"\n[#2] Received on "subjects.b" with reply "re.ply"\n[#3] Received on "subjects.a"\n',
    )
  })

  test('--timestamp is local time to the microsecond', async () => {
    const running = await subscribe(server, ['stamp.>', '--count', '1', '-t'], {env: {TZ: 'Asia/Kolkata'}})
    await publish(nc, {subject: 'stamp.a', data: 'x'})
    const {stdout} = await running.done
    const clock = new Date().toLocaleTimeString('en-GB', {timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit'})
    const [, hour] =
      /^\[#1\] @ [A-Z][a-z]{2} [ \d]\d (\d\d:\d\d):\d\d\.\d{6} Received on "stamp.a"\nx\n\n$/.exec(stdout) ?? []
    const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
    expect((minutes(clock) - minutes(hour!) + 1440) % 1440).toBeLessThanOrEqual(1)
  })

  test('--delta-time is the time since the message before', async () => {
    const running = await subscribe(server, ['delta.>', '--count', '2', '-d'])
    await publish(nc, {subject: 'delta.a', data: 'x'}, {subject: 'delta.a', data: 'y'})
    const {stdout} = await running.done
    expect(stdout).toMatch(/^\[#1\] @ [\d.]+(ms|s) Received on "delta.a"\nx\n\n\[#2\] @ [\d.]+(µs|ms) Received/)
  })

  test('a terminal is not obeyed to what a message says', async () => {
    const running = await subscribeInTerminal(server, ['escape.>', '--count', '1'])
    await publish(nc, {subject: 'escape.a', data: '\u001b]0;title\u0007'})
    const {stdout, code} = await running.done
    expect(stdout).toContain('␛]0;title␇')
    expect(stdout).not.toContain('\u001b]0;')
    expect(code).toBe(0)
  })
})

describe('--raw', () => {
  test('bodies, each ended by one newline, and nothing else', async () => {
    const {raw, stderr, code} = await receiveThree('raw', '--count', '3', '--raw')
    expect(raw.toString()).toBe('one\ntwo\n\n')
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test('bytes stay as they are', async () => {
    const running = await subscribe(server, ['raw-bytes', '--count', '3', '-r'])
    const binary = Uint8Array.from({length: 256}, (_, i) => i)
    const protocol = 'MSG raw-bytes 1 5\r\nhello\r\n'
    await publish(nc, ...[binary, protocol, 'lines\n\n'].map((data) => ({subject: 'raw-bytes', data})))
    const {raw} = await running.done
    expect(raw).toEqual(Buffer.concat([binary, Buffer.from(`\n${protocol}lines\n\n`)]))
  })

  test('messages larger than every buffer', async () => {
    const running = await subscribe(server, ['raw-large', '--count', '3', '-r'])
    const bodies = ['x', 'y', 'z'].map((letter) => letter.repeat(900_000))
    await publish(nc, ...bodies.map((data) => ({subject: 'raw-large', data})))
    expect((await running.done).stdout).toBe(`${bodies.join('\n')}\n`)
  })
})

describe('--json', () => {
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const a = {subject: 'json.a', data: 'one', encoding: 'utf8', size: 3, time}

  test('one object a line, quiet on stderr', async () => {
    const {stdout, stderr, code} = await receiveThree('json', '--count', '3', '--json')
    expect(lines(stdout)).toEqual([
      a,
      {...a, subject: 'json.b', reply: 're.ply', headers: {K: ['v', 'v2'], X: ['y']}, data: 'two'},
      {...a, data: '', size: 0},
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test('a newline stays inside its record, and what is not text comes as base64', async () => {
    const running = await subscribe(server, ['json-odd', '--count', '2', '-j'])
    await publish(nc, {subject: 'json-odd', data: 'a\n"b"<>'}, {subject: 'json-odd', data: Uint8Array.of(0xff, 0)})
    const {stdout} = await running.done
    expect(stdout).toContain('"data":"a\\n\\"b\\"<>"')
    expect(lines(stdout)).toMatchObject([
      {data: 'a\n"b"<>', encoding: 'utf8', size: 7},
      {data: '/wA=', encoding: 'base64', size: 2},
    ])
  })

  test('with --headers-only there is no body, with --subjects-only no headers either', async () => {
    const heads = lines((await receiveThree('json-h', '--count', '3', '-j', '--headers-only')).stdout)
    expect(heads[1]).toEqual({subject: 'json-h.b', reply: 're.ply', headers: {K: ['v', 'v2'], X: ['y']}, size: 3, time})
    const subjects = lines((await receiveThree('json-s', '--count', '3', '-j', '--subjects-only')).stdout)
    expect(subjects[1]).toEqual({subject: 'json-s.b', reply: 're.ply', size: 3, time})
  })

  test('with --delta-time the nanoseconds since the message before', async () => {
    const [, second] = lines((await receiveThree('json-d', '--count', '3', '-j', '-d')).stdout)
    expect(second.delta).toBeGreaterThan(0)
    expect(second.delta).toBeLessThan(1e9)
  })
})

describe('what is received', () => {
  test('several subjects at once; one message can come on two of them', async () => {
    const running = await subscribe(server, ['multi.>', 'multi.a', '--count', '4', '--subjects-only'])
    await subscribed(server, 'multi.a')
    await publish(nc, ...three('multi'))
    const {stdout, stderr, code} = await running.done
    expect(stdout.match(/"multi\.a"/g)).toHaveLength(3)
    expect(stderr).toContain('Subscribing on multi.>, multi.a\n')
    expect(code).toBe(0)
  })

  test('a queue group shares the messages, and --count takes no more than its own from the others', async () => {
    const first = await subscribe(server, ['group', '--queue', 'q', '--raw', '--count', '3'])
    const second = await subscribe(server, ['group', '--queue', 'q', '--raw', '--wait', '1s'])
    await subscribed(server, 'group', 2)
    const bodies = Array.from({length: 50}, (_, i) => String(i))
    await publish(nc, ...bodies.map((data) => ({subject: 'group', data})))
    const results = await Promise.all([first.done, second.done])
    const [taken, rest] = results.map(({stdout}) => stdout.trimEnd().split('\n'))
    expect(taken).toHaveLength(3)
    expect([...taken!, ...rest!].sort()).toEqual(bodies.sort())
  })

  test('--ignore-subject leaves out what matches, wildcards included', async () => {
    const running = await subscribe(server, ['skip.>', '-I', 'skip.a', '-I', 'skip.*.x', '--count', '1', '--raw'])
    const subjects = ['skip.a', 'skip.1.x', 'skip.1.2.x', 'skip.b']
    await publish(nc, ...subjects.map((subject) => ({subject, data: subject})))
    expect((await running.done).stdout).toBe('skip.1.2.x\n')
  })

  test('ignored subjects are told', async () => {
    const {stderr} = await run(['sub', 'skip.>', '-I', 'skip.a', '--wait', '10ms', '-s', server.url])
    expect(stderr).toMatch(/Subscribing on skip\.>\n\d\d:\d\d:\d\d Ignored subjects: skip\.a\n$/)
  })

  test('--inbox subscribes to a new inbox', async () => {
    const first = await run(['sub', '--inbox', '--wait', '10ms', '-s', server.url])
    expect(first.stderr).toMatch(/Subscribing on _INBOX\.\S{22}\n$/)
    expect(first.code).toBe(0)
    const second = await run(['sub', '-i', '--inbox-prefix', 'my.inbox', '--wait', '10ms', '-s', server.url])
    expect(second.stderr).toMatch(/Subscribing on my\.inbox\.\S{22}\n$/)
  })

  test('--match-replies listens below the inbox prefix that is set', async () => {
    const running = await subscribe(server, [
      'prefixed',
      '--match-replies',
      '--inbox-prefix',
      'mine',
      '--raw',
      '--count',
      '1',
    ])
    await publish(nc, {subject: 'prefixed', data: 'q', reply: 'mine.1'}, {subject: 'mine.1', data: 'a'})
    expect((await running.done).stdout).toBe('q\na\n')
  })

  test('--match-replies shows a reply below its request, with the same number', async () => {
    const running = await subscribe(server, ['match', '--match-replies', '--count', '2'])
    await publish(
      nc,
      {subject: '_INBOX.other', data: 'unasked'},
      {subject: 'match', data: 'q1', reply: '_INBOX.one'},
      {subject: 'match', data: 'q2', reply: '_INBOX.two'},
      {subject: '_INBOX.two', data: 'a2'},
      {subject: '_INBOX.one', data: 'a1'},
    )
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe(
      '[#1] Received on "match" with reply "_INBOX.one"\nq1\n\n[#2] Received on "match" with reply "_INBOX.two"\nq2\n\n' +
        '[#2] Matched reply on "_INBOX.two"\na2\n\n[#1] Matched reply on "_INBOX.one"\na1\n\n',
    )
    expect(stderr).toContain('Matching replies with inbox prefix _INBOX.>\n')
    expect(code).toBe(0)
  })
})

describe('when it ends', () => {
  test('--count 0 sets no limit', async () => {
    const running = await subscribe(server, ['zero', '--count', '0', '--raw', '--wait', '500ms'])
    await publish(nc, {subject: 'zero', data: 'x'}, {subject: 'zero', data: 'y'})
    expect((await running.done).stdout).toBe('x\ny\n')
  })

  test('--wait counts from the last message', async () => {
    const running = await subscribe(server, ['silence', '--raw', '--wait', '600ms'])
    const started = performance.now()
    for (let i = 0; i < 5; i++) {
      await publish(nc, {subject: 'silence', data: String(i)})
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    const {stdout, code} = await running.done
    expect(stdout).toBe('0\n1\n2\n3\n4\n')
    expect(performance.now() - started).toBeGreaterThan(1000 + 600)
    expect(code).toBe(0)
  })

  test('ignored messages do not prolong --wait', async () => {
    const running = await subscribe(server, ['mute.>', '-I', 'mute.x', '--wait', '300ms'])
    const timer = setInterval(() => nc.publish('mute.x'), 50)
    const {code, stdout} = await running.done
    clearInterval(timer)
    expect({code, stdout}).toEqual({code: 0, stdout: ''})
  })
})

describe.each(['2.9', '2.10', 'newest'] as const)('server %s', (version) => {
  test('messages with and without headers, raw and as JSON', async () => {
    const own = await startServer({http: true, version})
    const raw = await subscribe(own, ['old.>', '--raw', '--count', '3'])
    const json = await subscribe(own, ['old.>', '--json', '--count', '3'])
    await subscribed(own, 'old.>', 2)
    await publish(await connectTo(own), ...three('old'))
    expect((await raw.done).stdout).toBe('one\ntwo\n\n')
    expect((await json.done).stdout.match(/"headers":\{"K":\["v","v2"\],"X":\["y"\]\}/g)).toHaveLength(1)
  })
})

test('over a websocket', async () => {
  const own = await startServer({http: true, config: 'websocket { host: "127.0.0.1", port: -1, no_tls: true }'})
  const running = start(['sub', 'ws.>', '--raw', '--count', '3', '-s', own.websocketUrl!])
  await subscribed(own, 'ws.>')
  await publish(await connectTo(own), ...three('ws'))
  expect(await running.done).toMatchObject({stdout: 'one\ntwo\n\n', stderr: '', code: 0})
})
