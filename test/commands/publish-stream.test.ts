import {beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {type Options, run, start, startInTerminal} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {Lab, until} from '../support/streams.ts'

let server: TestServer
let lab: Lab
let stream = ''
let count = 0
const CONFIG = `
  jetstream {}
  accounts {
    A { jetstream: enabled, users: [
      {user: a, password: a}
      {user: limited, password: l, permissions: {publish: {deny: "*.denied"}}}
    ]}
    NOJS { users: [{user: none, password: n}] }
  }
  no_auth_user: a`

beforeAll(async () => {
  server = await startServer({jetstream: true, config: CONFIG})
})

beforeEach(async () => {
  lab = await Lab.open(server.url)
  stream = `S${++count}`
})

const subject = (last = 'x') => `${stream.toLowerCase()}.${last}`
const pub = (args: string[], options: Options = {}) =>
  run(['pub', ...args], {...options, env: {NATS_URL: server.url, ...options.env}})
const said = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d /gm, '')
const create = (config: object = {}) => lab.createStream(stream, config)
const lines = (first: number, last: number) =>
  Array.from({length: last - first + 1}, (_, i) => `${first + i}\n`).join('')

/** The messages of the stream, as `stream cat` reads them. */
async function stored(): Promise<{subject: string; headers?: Record<string, string[]>; data: string}[]> {
  const {stdout} = await run(['stream', 'cat', stream, '--json', '-s', server.url])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
const bodies = async () => (await stored()).map(({data}) => data)

describe('publish --jetstream', () => {
  it('tells where each message is stored', async () => {
    await create()
    const {stdout, stderr, code} = await pub(['-J', subject(), 'hello {{Count}}', '--count', '2'])
    const one = (seq: number) => `Published 7 bytes to "${subject()}"\nStored in Stream: ${stream} Sequence: ${seq}\n`
    expect([stdout, said(stderr), code]).toEqual(['', one(1) + one(2), 0])
    expect(await bodies()).toEqual(['hello 1', 'hello 2'])
  })

  it('says nothing with --quiet, and one object for each message with --json', async () => {
    await create()
    expect(await pub(['-J', subject(), 'x', '-q'])).toMatchObject({stdout: '', stderr: '', code: 0})
    const {stdout, stderr} = await pub(['-J', subject(), 'x', '--count', '2', '--json'])
    expect(stdout).toBe(
      `{"stream":"${stream}","seq":2,"subject":"${subject()}"}\n{"stream":"${stream}","seq":3,"subject":"${subject()}"}\n`,
    )
    expect(stderr).toBe('')
  })

  it('tells of duplicates', async () => {
    await create()
    const args = ['-J', subject(), 'x', '-H', 'Nats-Msg-Id:u1']
    await pub(args)
    expect(said((await pub(args)).stderr)).toContain(`Stored in Stream: ${stream} Sequence: 1 Duplicate: true\n`)
    expect(JSON.parse((await pub([...args, '-j'])).stdout)).toEqual({
      stream,
      seq: 1,
      duplicate: true,
      subject: subject(),
    })
    expect(await bodies()).toEqual(['x'])
  })

  it('beyond 20 messages is one line at the end, and a bar at a terminal', async () => {
    await create()
    const {stdout, stderr} = await pub(['-J', subject(), 'x', '--count', '5000'])
    expect([stdout, said(stderr)]).toEqual([
      '',
      expect.stringMatching(
        new RegExp(`^Stored 5,000 messages in [\\d.]+m?s; [\\d,]+/s. Stream: ${stream} Sequence: 5000\n$`),
      ),
    ])
    const args = ['pub', '-J', subject(), 'y', '--count', '30', '--sleep', '20ms', '-s', server.url]
    const terminal = await startInTerminal(args, {cols: 100}).done
    expect(terminal.stdout).toMatch(/\d+% ║█+░+║ \[\d+ in \d+/)
    expect(terminal.stdout).toMatch(/Stored 30 messages in 6\d\d/)
  })

  it('stores many lines in order', async () => {
    await create()
    const {stderr, code} = await pub(['-J', subject(), '--send-on', 'newline'], {stdin: lines(1, 30_000)})
    expect(code).toBe(0)
    const told = said(stderr).split('\n')
    expect(told[0]).toBe('Reading payload from STDIN')
    expect(told.slice(1, -1)).toEqual(
      Array.from({length: 30_000}, (_, i) => [
        `Published ${String(i + 1).length} bytes to "${subject()}"`,
        `Stored in Stream: ${stream} Sequence: ${i + 1}`,
      ]).flat(),
    )
    const {stdout} = await run(['stream', 'cat', stream, '--raw', '-s', server.url])
    expect(stdout).toBe(lines(1, 30_000))
  })

  it('stores a line as it comes', async () => {
    await create()
    const running = start(['pub', '-J', subject(), '--send-on', 'newline', '-s', server.url], {stdin: 'one\ntw'})
    await running.waitFor('stderr', /Sequence: 1\n/)
    running.write('o\n')
    await running.waitFor('stderr', /Sequence: 2\n/)
    running.end()
    expect((await running.done).code).toBe(0)
    expect(await bodies()).toEqual(['one', 'two'])
  })

  it('replays records', async () => {
    await create()
    const records = [
      {subject: subject('a'), headers: {A: ['1', '2']}, data: 'x'},
      {subject: subject('b'), data: 'AP8=', encoding: 'base64'},
    ]
    const {code} = await pub(['-J', '--ndjson', '-H', 'B:3'], {stdin: records.map((r) => JSON.stringify(r)).join('\n')})
    expect(code).toBe(0)
    expect(await stored()).toMatchObject([
      {subject: subject('a'), headers: {A: ['1', '2'], B: ['3']}, data: 'x', encoding: 'utf8'},
      {subject: subject('b'), headers: {B: ['3']}, data: 'AP8=', encoding: 'base64'},
    ])
  })

  it('is ended by ^C, which tells how many are stored', async () => {
    await create()
    const running = start(['pub', '-J', subject(), '--send-on', 'newline', '-s', server.url], {stdin: 'one\n'})
    await running.waitFor('stderr', /Sequence: 1\n/)
    running.kill('SIGINT')
    const {stderr, code} = await running.done
    expect(said(stderr)).toMatch(/Stored 1 message\nnats: error: interrupted\n$/)
    expect(code).toBe(130)
  })
})

describe('a message that is not stored', () => {
  it('has the code of the wrong last sequence', async () => {
    await create()
    await lab.storeNumbers(subject(), 2)
    const {stdout, stderr, code} = await pub(['-J', subject(), 'x', '-H', 'Nats-Expected-Last-Sequence:9'])
    expect([stdout, stderr, code]).toEqual(['', 'nats: error: wrong last sequence: 2 (10071)\n', 8])
  })

  it('tells that no stream takes it', async () => {
    const {stderr, code} = await pub(['-J', 'nobody.here', 'x'])
    expect(stderr).toBe(
      'nats: error: no stream takes "nobody.here"\nnats: hint: create one with `nats stream add`, or publish without --jetstream\n',
    )
    expect(code).toBe(7)
  })

  it('tells that there is no JetStream', async () => {
    const {stderr, code} = await pub(['-J', subject(), 'x', '--user', 'none', '--password', 'n'])
    expect(stderr).toMatch(/^nats: error: .*JetStream.* not .*\nnats: hint: /)
    expect(code).toBe(7)
  })

  it('tells that it is not permitted, at once', async () => {
    await create()
    const login = ['--user', 'limited', '--password', 'l', '--timeout', '30s']
    const {stderr, code} = await pub(['-J', subject('denied'), 'x', ...login], {timeout: 10_000})
    expect(stderr).toMatch(new RegExp(`^nats: error: not permitted to publish to "${subject('denied')}"\n`))
    expect(code).toBe(4)
  })

  it('tells that what answers is no stream', async () => {
    lab.nc.subscribe('echo.x', {callback: (_, msg) => void msg.respond('pong')})
    await lab.nc.flush()
    const {stderr, code} = await pub(['-J', 'echo.x', 'x'])
    expect(stderr).toBe('nats: error: cannot tell whether it is stored: what answers there is no stream\n')
    expect(code).toBe(1)
  })

  it('tells after --timeout that nobody knows', async () => {
    lab.nc.subscribe('silent.x')
    await lab.nc.flush()
    const {stderr, code} = await pub(['-J', 'silent.x', 'x', '--timeout', '300ms'])
    expect(stderr).toMatch(/^nats: error: no acknowledgement within 300ms; it may or may not be stored\nnats: hint: /)
    expect(code).toBe(6)
  })

  it('stops the run with its line', async () => {
    await create({max_msgs: 3, discard: 'new'})
    const {stdout, stderr, code} = await pub(['-J', subject(), '--send-on', 'newline', '-q'], {stdin: lines(1, 6)})
    expect(stdout).toBe('')
    expect(said(stderr)).toBe(
      'Not stored: lines 4-6: maximum messages exceeded (10077)\nStored 3 messages\n' +
        'nats: error: line 4: maximum messages exceeded (10077)\n',
    )
    expect(code).toBe(9)
    expect(await bodies()).toEqual(['1', '2', '3'])
  })

  it('stops the run while more lines may come', async () => {
    await create({max_msgs: 1, discard: 'new'})
    const running = start(['pub', '-J', subject(), '--send-on', 'newline', '-s', server.url], {stdin: 'a\nb\n'})
    const {stderr, code} = await running.done
    expect(said(stderr)).toMatch(/Stored 1 message\nnats: error: line 2: maximum messages exceeded \(10077\)\n$/)
    expect(code).toBe(9)
  })

  it('does not stop the run with --keep-going', async () => {
    await create({max_msg_size: 10})
    const long = 'x'.repeat(20)
    const stdin = ['a', long, 'b', long, long, 'c'].join('\n')
    const {stderr, code} = await pub(['-J', subject(), '--send-on', 'newline', '--keep-going', '-q'], {stdin})
    expect(said(stderr).split('\n')).toEqual([
      'line 2: message size exceeds maximum allowed (10054)',
      'line 4: message size exceeds maximum allowed (10054)',
      'line 5: message size exceeds maximum allowed (10054)',
      'Not stored: lines 2, 4-5: message size exceeds maximum allowed (10054)',
      'Stored 3 messages',
      'nats: error: 3 of 6 lines not stored',
      '',
    ])
    expect(code).toBe(9)
    expect(await bodies()).toEqual(['a', 'b', 'c'])
  })

  it('is an object under --json', async () => {
    await create({max_msg_size: 10})
    const stdin = `a\n${'x'.repeat(20)}\n`
    const {stdout, code} = await pub(['-J', subject(), '--send-on', 'newline', '--keep-going', '-j'], {stdin})
    const error = {code: 400, err_code: 10054, description: 'message size exceeds maximum allowed'}
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {stream, seq: 1, subject: subject()},
      {line: 2, subject: subject(), error},
    ])
    expect(code).toBe(9)
  })

  it('may be one among records for many streams', async () => {
    await create()
    const record = (subject: string, data = 'x') => `${JSON.stringify({subject, data})}\n`
    const stdin = `${record(subject('a'))}${record('nobody.here')}{"data":"x"}\n${record('a..b')}${record(subject('b'))}`
    const {stderr, code} = await pub(['-J', '--ndjson', '--keep-going', '-q'], {stdin})
    expect(said(stderr)).toContain('Not stored: record 2: no stream takes "nobody.here"\n')
    expect(said(stderr)).toContain('Not stored: record 3: "subject" is missing\n')
    expect(said(stderr)).toContain('Stored 2 messages\nnats: error: 3 of 5 records not stored\n')
    expect(code).toBe(9)
    expect((await stored()).map((message) => message.subject)).toEqual([subject('a'), subject('b')])
  })
})

describe('publish --atomic', () => {
  const atomic = (args: string[], stdin: string) => pub(['--atomic', ...args], {stdin})

  it('stores all lines at once, each with its headers and templates', async () => {
    await create({allow_atomic: true})
    const args = [subject(), '--send-on', 'newline', '--templates', '-H', 'N:{{Count}}', '--count', '2']
    const {stdout, stderr, code} = await atomic(args, 'a{{Count}}\nb')
    expect(stdout).toBe('')
    expect(said(stderr)).toMatch(
      new RegExp(
        `^Reading payload from STDIN\n(Adding [12] bytes to batch on subject "${subject()}"\n){4}Wrote batch ID: \\w+ Messages: 4 Sequence: 4\n$`,
      ),
    )
    expect(code).toBe(0)
    expect((await stored()).map(({data, headers}) => [data, headers!.N])).toEqual([
      ['a1', ['1']],
      ['a2', ['2']],
      ['b', ['1']],
      ['b', ['2']],
    ])
  })

  it('is one object under --json', async () => {
    await create({allow_atomic: true})
    const {stdout} = await atomic([subject(), '--send-on', 'newline', '-j'], 'a\nb\n')
    expect(JSON.parse(stdout)).toEqual({stream, seq: 2, batch: expect.any(String), count: 2})
  })

  it('expects a last sequence once', async () => {
    await create({allow_atomic: true})
    const args = [subject(), '--send-on', 'newline', '-q', '-H', 'Nats-Expected-Last-Sequence:0']
    expect((await atomic(args, 'a\nb\n')).code).toBe(0)
    const {stderr, code} = await atomic(args, 'c\nd\n')
    expect(stderr).toContain('wrong last sequence')
    expect(stderr).toContain('nothing of the batch is stored')
    expect(code).toBe(8)
    expect(await bodies()).toEqual(['a', 'b'])
  })

  it.each([
    ['a template that cannot be read', ['--send-on', 'newline', '--templates'], 'a\n{{Nope}}\n', 'line 2: '],
    ['a record that cannot be read', ['--ndjson'], '{"data":"x"}', 'record 1: "subject" is missing'],
  ])('stores nothing when the input has %s', async (_, args, stdin, problem) => {
    await create({allow_atomic: true})
    const {stderr, code} = await atomic([...(args[0] === '--ndjson' ? [] : [subject()]), ...args, '-q'], stdin)
    expect(stderr).toContain(`nats: error: ${problem}`)
    expect(stderr).toContain('nothing of the batch is stored')
    expect(code).toBeGreaterThan(0)
    expect(await bodies()).toEqual([])
  })

  it('stores nothing when it is interrupted', async () => {
    await create({allow_atomic: true})
    const args = ['pub', '--atomic', subject(), '--send-on', 'newline', '-s', server.url]
    const running = start(args, {stdin: 'a\nb\nc\n'})
    await running.waitFor('stderr', /(.*Adding.*\n){2}/)
    running.kill('SIGINT')
    expect((await running.done).code).toBe(130)
    expect(await bodies()).toEqual([])
  })

  it('needs a stream that allows it, and messages', async () => {
    await create()
    const {stderr, code} = await atomic([subject(), '--send-on', 'newline', '-q'], 'a\nb\n')
    expect(stderr).toMatch(/^nats: error: line 1: .* disabled \(10174\); nothing of the batch is stored\n/)
    expect(code).toBe(1)
    const empty = await atomic([subject(), '--send-on', 'newline'], '')
    expect([said(empty.stderr), empty.code]).toEqual([
      'Reading payload from STDIN\nNothing to store: stdin has no message\n',
      0,
    ])
  })
})

describe('schedules', () => {
  it.each([
    [['--schedule-at', '2030-01-01T01:00:00+01:00'], {'Nats-Schedule': ['@at 2030-01-01T00:00:00Z']}],
    [
      ['--schedule-every', '90m', '--schedule-ttl', '5m'],
      {'Nats-Schedule': ['@every 1h30m0s'], 'Nats-Schedule-TTL': ['5m0s']},
    ],
    [['--schedule-cron', '0 0 * * * *', '--schedule-source', 'SUBJECT.y'], {'Nats-Schedule': ['0 0 * * * *']}],
  ])('%j', async (args, headers) => {
    await create({allow_msg_schedules: true, allow_msg_ttl: true})
    const given = args.map((arg) => arg.replace('SUBJECT', stream.toLowerCase()))
    const {stderr, code} = await pub([subject(), 'hello', ...given, '--schedule-dest', subject('out')])
    expect(said(stderr)).toContain(`Stored in Stream: ${stream} Sequence: 1\n`)
    expect(code).toBe(0)
    const [message] = await stored()
    expect(message!.headers).toMatchObject({
      ...headers,
      'Nats-Schedule-Target': [subject('out')],
      'Nats-Rollup': ['sub'],
    })
  })

  it('--schedule-after has the message published then', async () => {
    await create({allow_msg_schedules: true})
    const args = [subject(), 'hello', '--schedule-after', '1s', '--schedule-dest', subject('out')]
    expect((await pub(args)).code).toBe(0)
    await until(async () => (await stored()).at(-1)?.subject === subject('out'))
    expect((await stored()).at(-1)!.data).toBe('hello')
  })

  it('need a stream that allows them', async () => {
    await create()
    const {stderr, code} = await pub([subject(), 'x', '--schedule-after', '1s', '--schedule-dest', subject('out')])
    expect([stderr, code]).toEqual(['nats: error: message schedules is disabled (10188)\n', 1])
  })
})

it.each([
  [['-J', 'a', 'x', '--reply', 'b'], '--reply and --jetstream contradict each other'],
  [['a', 'x', '--keep-going'], '--keep-going needs --jetstream'],
  [['--atomic', 'a', 'x', '--count', '3'], '--atomic takes its messages from stdin'],
  [['--atomic', 'a', '--send-on', 'newline', '--keep-going'], '--atomic and --keep-going contradict each other'],
  [['--atomic', 'a', '--send-on', 'newline', '--sleep', '1s'], '--atomic and --sleep contradict each other'],
  [['a', 'x', '--schedule-after', '10s'], '--schedule-after needs a subject'],
  [['a', 'x', '--schedule-dest', 'b'], '--schedule-dest needs a time'],
  [
    ['a', 'x', '--schedule-every', '1h', '--schedule-after', '1m', '--schedule-dest', 'b'],
    '--schedule-after and --schedule-every contradict',
  ],
  [['a', 'x', '--schedule-at', 'tomorrow', '--schedule-dest', 'b'], '--schedule-at: "tomorrow" is not a time'],
  [['a', 'x', '--schedule-every', '1h', '--schedule-dest', 'a b'], '--schedule-dest "a b" contains white space'],
])('is a usage error: %j', async (args, problem) => {
  const {stdout, stderr, code} = await pub(args)
  expect(stderr).toContain(`nats: error: ${problem}`)
  expect([stdout, code]).toEqual(['', 2])
})

describe('an old server', () => {
  it.each([
    [['--atomic', 's.x', '--send-on', 'newline'], '--atomic (2.12.0)'],
    [['s.x', 'x', '--schedule-every', '1h', '--schedule-dest', 's.y'], 'a schedule that repeats (2.14.0)'],
    [['-J', 's.x', 'x', '-H', 'Nats-TTL:5m'], 'Nats-TTL (2.11.0)'],
  ])('refuses %j, and stores the rest', async (args, what) => {
    const old = await oldServer()
    const refused = await run(['pub', ...args, '-s', old.url])
    expect(refused.stderr).toMatch(/^nats: error: the server, version 2\.9\.\d+, is too old for: /)
    expect(refused.stderr).toContain(what)
    expect(refused.code).toBe(1)
    const {stderr, code} = await run(['pub', '-J', 's.x', '--send-on', 'newline', '-s', old.url], {stdin: 'a\nb\n'})
    expect(stderr).toMatch(/Stored in Stream: S Sequence: \d+\n/)
    expect(code).toBe(0)
  })
})

let old: Promise<TestServer> | undefined
/** A server of 2.9 with the stream S on s.>, made once. */
function oldServer(): Promise<TestServer> {
  old ??= (async () => {
    const server = await startServer({jetstream: true, version: '2.9'})
    await (await Lab.open(server.url)).createStream('S')
    return server
  })()
  return old
}
