import {headers, type Msg} from '@nats-io/transport-node'
import {beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {type Options, run, shell, start, startInTerminal} from '../support/cli.ts'
import {client, listen} from '../support/messaging.ts'
import {startServer, type TestServer} from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

/** Answers: `echo` what it got, `fixed` a text with a header, `two` in 100 ms, `parts` with an empty end, `silent` not at all. */
beforeEach(async () => {
  const nc = await client(server)
  const h = headers()
  h.append('R', '1')
  const answer = (subject: string, respond: (msg: Msg) => unknown) =>
    nc.subscribe(subject, {callback: (_, msg) => void respond(msg)})
  answer('echo', (msg) => msg.respond(msg.data, {headers: msg.headers}))
  answer('fixed', (msg) => msg.respond('fixed answer\n', {headers: h}))
  answer('two', (msg) => msg.respond('one'))
  answer('two', (msg) => setTimeout(() => msg.respond('two'), 100))
  answer('parts', (msg) => ['a', 'b', '', 'c'].map((part) => msg.respond(part)))
  answer('silent', () => {})
  answer('late', (msg) => setTimeout(() => msg.respond('late'), 5500))
  await nc.flush()
})

const request = (args: string[], options: Options = {}) =>
  run(['req', ...args], {...options, env: {NATS_URL: server.url, ...options.env}})
/** Status lines without what changes from run to run. */
const said = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d /gm, '').replaceAll(/rtt [\d.]+(µs|ms)/g, 'rtt T')

describe('a request', () => {
  it('prints the body of the reply on stdout, and the rest on stderr', async () => {
    const {stdout, stderr, code} = await request(['echo', 'hello', '-H', 'A:1', '-H', 'b:2'])
    expect(stdout).toBe('hello\n')
    expect(said(stderr)).toBe('Sending request on "echo"\nReceived with rtt T\nA: 1\nb: 2\n')
    expect(code).toBe(0)
  })

  it('says nothing else under --raw', async () => {
    expect(await request(['fixed', 'x', '--raw'])).toMatchObject({stdout: 'fixed answer\n', stderr: '', code: 0})
    expect(await request(['echo', '', '-r'])).toMatchObject({stdout: '\n', stderr: '', code: 0})
  })

  it('calls an empty body so, and sends one', async () => {
    expect((await request(['echo', ''], {stdin: 'not this'})).stdout).toBe('nil body\n')
  })

  it('renders templates in the body, the subject and headers', async () => {
    const {stdout, stderr} = await request(['ec{{"ho"}}', 'm {{Count}}', '-H', 'N:{{Count}}', '--count', '2'])
    expect(stdout).toBe('m 1\nm 2\n')
    const exchange = (n: number) => `Sending request on "echo"\nReceived with rtt T\nN: ${n}\n`
    expect(said(stderr)).toBe(exchange(1) + exchange(2))
    expect((await request(['echo', '{{Count}}', '--no-templates', '-r'])).stdout).toBe('{{Count}}\n')
  })

  it('takes its body from stdin, whole or by lines', async () => {
    const {stdout, stderr} = await request(['echo'], {stdin: '{{Count}}\n\n'})
    expect(stdout).toBe('{{Count}}\n\n')
    expect(said(stderr)).toMatch(/^Reading payload from STDIN\nSending request on "echo"\n/)
    expect((await request(['echo', '-r', '--send-on', 'newline'], {stdin: 'a\r\n\nb'})).stdout).toBe('a\r\n\nb\n')
    expect((await request(['echo', 'body', '-r', '--force-stdin'], {stdin: 'forced'})).stdout).toBe('forced\n')
    expect((await request(['echo', '-', '-r'], {stdin: 'dash'})).stdout).toBe('dash\n')
    expect((await request(['echo', '-r', '--templates'], {stdin: '{{Count}}'})).stdout).toBe('1\n')
    expect((await request(['echo', '-r'], {stdin: null})).stdout).toBe('\n')
  })

  it('leaves the stdin of a loop to the loop', async () => {
    const script = `printf 'a\\nb\\n' | while read -r line; do nats req echo "$line" --raw; done`
    expect((await shell(script, {env: {NATS_URL: server.url}})).stdout).toBe('a\nb\n')
  })

  it('is sent and not waited for with --no-wait', async () => {
    const inbox = await listen(server, 'silent')
    expect(await request(['silent', 'x', '--no-wait', '-r'])).toMatchObject({stdout: '', stderr: '', code: 0})
    await inbox.until(1)
    expect(inbox.messages[0]!.reply).toMatch(/^_INBOX\./)
  })

  it('uses the inbox prefix', async () => {
    const inbox = await listen(server, 'echo')
    expect((await request(['echo', 'x', '-r', '--inbox-prefix', 'my.own'])).stdout).toBe('x\n')
    expect(inbox.messages[0]!.reply).toMatch(/^my\.own\./)
  })

  it('shows a terminal no control characters', async () => {
    const {stdout} = await startInTerminal(['req', 'echo', '\u001b[2J', '-H', 'A:\u001b]0;x\u0007', '-s', server.url])
      .done
    expect(stdout).not.toMatch(/\u001b\[2J|\u0007/)
    expect(stdout).toContain('␛[2J')
    expect(stdout).toContain('A: ␛]0;x␇')
  })
})

describe('--json', () => {
  it('gives a record a line for each reply, with its round trip in nanoseconds', async () => {
    const {stdout, stderr, code} = await request(['two', 'x', '--replies', '2', '--json'])
    expect([stderr, code]).toEqual(['', 0])
    const [one, two] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(one).toEqual({
      subject: expect.stringMatching(/^_INBOX\./),
      data: 'one',
      encoding: 'utf8',
      size: 3,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      rtt: expect.any(Number),
    })
    expect(two.rtt - one.rtt).toBeGreaterThan(50e6)
    expect(two.rtt).toBeLessThan(5e9)
  })

  it('leaves stdout empty when nothing came', async () => {
    const {stdout, stderr, code} = await request(['nobody', 'x', '-j'])
    expect([stdout, code]).toEqual(['', 7])
    expect(stderr).toContain('No responders')
  })
})

describe('several replies', () => {
  it('end with the number asked for', async () => {
    const {stdout, stderr, code} = await request(['two', 'x', '--replies', '2'])
    expect(stdout).toBe('one\ntwo\n')
    expect(said(stderr)).toBe('Sending request on "two"\nReceived with rtt T\nReceived with rtt T\n')
    expect(code).toBe(0)
  })

  it('are all that come before the timeout with --replies 0', async () => {
    const started = performance.now()
    const {stdout, code} = await request(['two', 'x', '--replies', '0', '--raw', '--timeout', '700ms'])
    expect([stdout, code]).toEqual(['one\ntwo\n', 0])
    expect(performance.now() - started).toBeGreaterThan(700)
  })

  it('end with --reply-timeout when none follows, well before the timeout', async () => {
    const started = performance.now()
    const {stdout, code} = await request(['two', 'x', '--replies', '0', '--raw', '--reply-timeout', '300ms'])
    expect([stdout, code]).toEqual(['one\ntwo\n', 0])
    expect(performance.now() - started).toBeLessThan(3000)
    expect((await request(['two', 'x', '--replies', '0', '--raw', '--reply-timeout', '20ms'])).stdout).toBe('one\n')
  })

  it('that are fewer than asked for are a partial success', async () => {
    const {stdout, stderr, code} = await request(['two', 'x', '--replies', '5', '--raw', '--timeout', '400ms'])
    expect([stdout, code]).toEqual(['one\ntwo\n', 9])
    expect(stderr).toContain('only 2 of 5 replies came on "two" within 400ms\n')
  })

  it('end with an empty one under --wait-for-empty', async () => {
    expect(await request(['parts', 'x', '--wait-for-empty', '-r'])).toMatchObject({stdout: 'a\nb\n\n', code: 0})
    expect((await request(['echo', '', '--wait-for-empty'])).stdout).toBe('nil body\n')
    const {stdout, stderr, code} = await request(['two', 'x', '--wait-for-empty', '-r', '--reply-timeout', '200ms'])
    expect([stdout, code]).toEqual(['one\ntwo\n', 9])
    expect(stderr).toContain('2 replies but none that is empty came on "two" within 5s, or 200ms after the last')
    expect((await request(['parts', 'x', '--wait-for-empty', '--replies', '1', '-r'])).stdout).toBe('a\n')
  })
})

describe('a failure', () => {
  it('is 7 when nobody listens', async () => {
    for (const more of [[], ['--raw'], ['--replies', '0'], ['--replies', '3']]) {
      const {stdout, stderr, code} = await request(['nobody', 'x', ...more])
      expect([stdout, code]).toEqual(['', 7])
      expect(stderr).toContain('nats: error: No responders are available on "nobody"\n')
    }
  })

  it('is 6 when no reply comes in time', async () => {
    for (const more of [[], ['--replies', '0'], ['--wait-for-empty']]) {
      const started = performance.now()
      const {stdout, stderr, code} = await request(['silent', 'x', '--timeout', '300ms', ...more])
      expect([stdout, code]).toEqual(['', 6])
      expect(stderr).toContain('nats: error: no reply on "silent" within 300ms\n')
      expect(performance.now() - started).toBeLessThan(3000)
    }
  })

  it('is not when --timeout is above 5 s and the reply comes then', async () => {
    expect(await request(['late', 'x', '--timeout', '8s', '-r'])).toMatchObject({stdout: 'late\n', code: 0})
  })

  it('ends a count', async () => {
    const {stderr, code} = await request(['silent', 'x', '--timeout', '200ms', '--count', '50'])
    expect(stderr.match(/Sending/g)!.length).toBe(1)
    expect(code).toBe(6)
  })

  it.each([
    [['a b', 'x'], 'subject "a b" contains white space'],
    [['a.>', 'x'], 'has a wildcard'],
    [['echo', 'x', '-H', 'nocolon'], 'header "nocolon" has no colon'],
    [['echo', '{{Nope}}'], 'there is no function "Nope"'],
    [['echo', 'x', '--timeout', '1'], 'is not a duration'],
    [['echo', 'x', '--reply-timeout', '1'], '--reply-timeout: "1" is not a duration'],
    [['echo', 'x', '--replies', 'abc'], '--replies: "abc" is not a count'],
    [['echo', 'x', '--translate', "tr 'a"], '--translate: a quote is not closed'],
    [[], "required argument 'subject' not provided"],
  ])('is 2 for a wrong command line: %j', async (args, problem) => {
    const {stdout, stderr, code} = await request(args)
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toContain(problem)
  })

  it('is 1 for a request that is too large', async () => {
    const {stderr, code} = await shell('head -c 1048577 /dev/zero | nats req echo', {env: {NATS_URL: server.url}})
    expect(stderr).toContain('the input is larger than 1,048,576 bytes')
    expect(code).toBe(1)
  })

  it('is 4 when the request or its replies are not permitted', async () => {
    const guarded = await startServer({
      config:
        'authorization: {users: [{user: a, password: b, permissions: {publish: {deny: "no.>"}, subscribe: {deny: "closed.>"}}}]}',
    })
    const args = ['-s', guarded.url, '--user', 'a', '--password', 'b']
    const publishing = await request(['no.way', 'x', ...args])
    expect(publishing.stderr).toContain('not permitted to publish to "no.way"')
    expect(publishing.stderr.match(/ermi/g)!.length).toBe(2)
    expect(publishing.code).toBe(4)
    const receiving = await request(['other', 'x', ...args, '--inbox-prefix', 'closed.inbox'])
    expect(receiving.stderr).toContain('not permitted to subscribe to "closed.inbox.')
    expect(receiving.code).toBe(4)
  })

  it('is 130 after ^C', async () => {
    const running = start(['req', 'silent', 'x', '-s', server.url, '--timeout', '1m'])
    await running.waitFor('stderr', /Sending request/)
    const pressed = performance.now()
    running.kill('SIGINT')
    expect((await running.done).code).toBe(130)
    expect(performance.now() - pressed).toBeLessThan(1000)
  })

  it('is none when the server comes back before the timeout and somebody answers then', async () => {
    const shaky = await startServer()
    const nc = await client(shaky, {reconnectTimeWait: 50, maxReconnectAttempts: -1})
    nc.subscribe('slow', {callback: (_, msg) => void setTimeout(() => msg.respond('still here'), 2500)})
    await nc.flush()
    const running = start(['req', 'slow', 'x', '-s', shaky.url, '--timeout', '15s'])
    await running.waitFor('stderr', /Sending request/)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await shaky.restart()
    const {stdout, stderr, code} = await running.done
    expect(stderr).toMatch(/Reconnected/)
    expect([stdout, code]).toEqual(['still here\n', 0])
  })
})

describe('--translate', () => {
  it('shows what a program makes of the body', async () => {
    expect(await request(['echo', 'hello', '--translate', 'tr a-z A-Z', '-r'])).toMatchObject({
      stdout: 'HELLO\n',
      code: 0,
    })
    const {stdout} = await request(['echo', 'hello', '--translate', 'wc -c', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({data: expect.stringMatching(/^\s*5\n$/), encoding: 'utf8'})
  })

  it('tells on stderr and by its exit code when the program fails', async () => {
    const {stdout, stderr, code} = await request([
      ...['echo', 'hello', '--count', '2', '-r'],
      ...['--translate', `sh -c 'echo out; echo err >&2; exit 3'`],
    ])
    expect(stdout).toBe('out\nout\n')
    expect(stderr).toMatch(/^err$/m)
    expect(said(stderr)).toContain('--translate: sh: exit status 3\n')
    expect(stderr).toContain('nats: error: --translate failed for 2 of the replies')
    expect(code).toBe(1)
    expect((await request(['echo', 'x', '--translate', 'nosuchprogram'])).stderr).toContain(
      'nosuchprogram: no such program',
    )
  })
})
