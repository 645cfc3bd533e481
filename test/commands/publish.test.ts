import {randomBytes} from 'node:crypto'
import {beforeAll, describe, expect, it} from 'vitest'
import {encodeRecord} from '../../src/lib/message/record.ts'
import {type Options, run, shell, start, startInTerminal, temporaryFolder} from '../support/cli.ts'
import {client, listen} from '../support/messaging.ts'
import {startServer, type TestServer} from '../support/server.ts'

let server: TestServer
let count = 0
beforeAll(async () => {
  server = await startServer({http: true})
})

const subjectOfTest = () => `pub.${++count}`
const publish = (args: string[], options: Options = {}) =>
  run(['pub', ...args], {...options, env: {NATS_URL: server.url, ...options.env}})
const withoutTimes = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d /gm, '')

/** What was received of `nats pub SUBJECT.x ARGS`, and what it said. */
async function published(args: string[], options: Options = {}) {
  const subject = subjectOfTest()
  const inbox = await listen(server, `${subject}.>`)
  const result = await publish([`${subject}.x`, ...args], options)
  const nc = await client(server)
  nc.publish(`${subject}.end`)
  const messages = await inbox.until(0)
  while (messages.at(-1)?.subject !== `${subject}.end`) await inbox.until(messages.length + 1)
  messages.pop()
  return {...result, subject, messages, bodies: inbox.bodies(), said: withoutTimes(result.stderr)}
}

describe('a body', () => {
  it('is told on stderr when the server has it', async () => {
    const {bodies, stdout, stderr, code, subject} = await published(['hello'])
    expect(bodies).toEqual(['hello'])
    expect(stdout).toBe('')
    expect(stderr).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d Published 5 bytes to "${subject}.x"\n$`))
    expect(code).toBe(0)
  })

  it('can be empty, which is not to be absent', async () => {
    const {bodies, said} = await published([''], {stdin: 'not this'})
    expect(bodies).toEqual([''])
    expect(said).toMatch(/^Published 0 bytes/)
  })

  it('goes without a word under --quiet', async () => {
    const {bodies, stdout, stderr, code} = await published(['hello', '-q'])
    expect([bodies, stdout, stderr, code]).toEqual([['hello'], '', '', 0])
  })

  it('has headers in order and case, and a reply subject', async () => {
    const {messages, code} = await published([
      '-H',
      'B: two words ',
      '-H',
      'A:1',
      'x',
      '-H',
      'a:2',
      '-H',
      'A:3',
      '--reply',
      're.ply',
    ])
    const [{headers, reply}] = messages as [(typeof messages)[0]]
    expect([...headers!]).toEqual([
      ['B', ['two words']],
      ['A', ['1', '3']],
      ['a', ['2']],
    ])
    expect(reply).toBe('re.ply')
    expect(code).toBe(0)
  })

  it('is a template, as are the subject and headers, but not the reply subject', async () => {
    const subject = subjectOfTest()
    const inbox = await listen(server, `${subject}.*`)
    const {stderr, code} = await publish([
      `${subject}.{{Count}}`,
      'n={{ Count }}',
      '--count',
      '2',
      '-H',
      'N:{{Count}}',
      '--reply',
      'r.{{Count}}',
    ])
    const messages = await inbox.until(2)
    expect(messages.map((msg) => [msg.subject, msg.string(), msg.headers!.get('N'), msg.reply])).toEqual([
      [`${subject}.1`, 'n=1', '1', 'r.{{Count}}'],
      [`${subject}.2`, 'n=2', '2', 'r.{{Count}}'],
    ])
    expect(withoutTimes(stderr)).toBe(`Published 3 bytes to "${subject}.1"\nPublished 3 bytes to "${subject}.2"\n`)
    expect(code).toBe(0)
  })

  it('is no template under --no-templates', async () => {
    expect((await published(['{{Nope}} {{Count}}', '--no-templates', '-H', 'A:{{Count}}'])).bodies).toEqual([
      '{{Nope}} {{Count}}',
    ])
  })

  it.each([
    [['{{Nope}}'], 'body template: there is no function "Nope"'],
    [['{{ .Count'], 'body template: "{{" without "}}"'],
    [['x', '-H', 'A:{{Nope}}'], 'header A template: there is no function "Nope"'],
    [['x', '-H', 'NoColon'], 'header "NoColon" has no colon'],
    [['x', '-H', ':x'], 'the header with the value "x" has no name'],
    [['x', '--reply', 'a b'], '--reply "a b" contains white space'],
    [['x', '--count', 'abc'], '--count: "abc" is not a count'],
    [['x', '--count=-1'], '--count: "-1" is not a count'],
    [['x', '--sleep', 'abc'], '--sleep: "abc" is not a duration'],
    [['x', '--send-on', 'bogus'], 'Expected --send-on=bogus to be one of: newline, eof'],
    [['a', 'b'], 'unexpected argument "b"'],
    [['x', '--nosuchflag'], "unknown flag '--nosuchflag'"],
    [['x', '--ndjson'], '--ndjson takes the bodies from stdin'],
  ])('is not sent when the command line is wrong: %j', async (args, problem) => {
    const {bodies, stdout, stderr, code} = await published(args)
    expect([bodies, stdout, code]).toEqual([[], '', 2])
    expect(stderr).toContain(`nats: error: ${problem}`)
  })

  it.each(['a b', '', 'a..b', 'a.', 'foo.*', 'foo.>', 'x{{ Nope }}'])(
    'is not sent to the subject %j',
    async (subject) => {
      const {stderr, code} = await publish([subject, 'x'])
      expect(stderr).toMatch(/^nats: error: subject /)
      expect(code).toBe(2)
    },
  )

  it('needs a subject', async () => {
    const {stdout, stderr, code} = await publish([])
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toContain("required argument 'subject' not provided")
  })
})

describe('a count', () => {
  it('repeats the message, with the time of --sleep between', async () => {
    const started = performance.now()
    const {bodies, said, subject} = await published(['x{{Count}}', '--count', '3', '--sleep', '150ms'])
    expect(bodies).toEqual(['x1', 'x2', 'x3'])
    expect(performance.now() - started).toBeGreaterThan(300)
    expect(said).toBe(`Published 2 bytes to "${subject}.x"\n`.repeat(3))
  })

  it('of 0 sends nothing', async () => {
    const {bodies, stderr, code} = await published(['x', '--count', '0'])
    expect([bodies, stderr, code]).toEqual([[], '', 0])
  })

  it.each([
    ['the same message', 'same', 1000],
    ['messages of their own', 'n{{Count}}', 5000],
  ])('beyond 20 is one line at the end: %s', async (_, body, wanted) => {
    const {messages, stdout, said, code} = await published([body, '--count', String(wanted), '-H', 'A:b'])
    expect(messages.length).toBe(wanted)
    expect(new Set(messages.map((msg) => msg.string())).size).toBe(body === 'same' ? 1 : wanted)
    expect(messages.every((msg) => msg.headers!.get('A') === 'b')).toBe(true)
    expect(stdout).toBe('')
    expect(said).toMatch(/^Published [15],000 messages in [\d.]+m?s; [\d,]+\/s\n$/)
    expect(code).toBe(0)
  })

  it('beyond 20 is silent under --quiet', async () => {
    const {messages, stderr} = await published(['x', '--count', '21', '-q'])
    expect([messages.length, stderr]).toEqual([21, ''])
  })

  it('beyond 20 shows a bar on a terminal', async () => {
    const args = ['pub', subjectOfTest(), 'y', '--count', '30', '--sleep', '20ms', '-s', server.url]
    const {stdout, code} = await startInTerminal(args, {cols: 100}).done
    expect(stdout).toMatch(/\d+% ║█+░+║ \[\d+ in \d+/)
    expect(stdout).toMatch(/Published 30 messages in 6\d\d/)
    expect(code).toBe(0)
  })

  it('is a result under --json, and nothing else is said', async () => {
    const {stdout, stderr, subject} = await published(['hello', '--count', '25', '--json'])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({subject: `${subject}.x`, messages: 25, bytes: 125, elapsed: expect.any(Number)})
  })

  it('of a million is sent whole, and fast', async () => {
    const inMessages = async () => ((await (await fetch(`${server.httpUrl}/varz`)).json()) as {in_msgs: number}).in_msgs
    const before = await inMessages()
    const {stdout} = await publish(['million', 'x'.repeat(128), '--count', '1000000', '-j'])
    expect(await inMessages()).toBe(before + 1_000_000)
    expect(JSON.parse(stdout)).toMatchObject({messages: 1_000_000, bytes: 128_000_000})
  })

  it('is ended by ^C, which tells how many went out', async () => {
    const {stderr, code} = await (async () => {
      const running = start(['pub', subjectOfTest(), 'x', '--count', '1000', '--sleep', '20ms', '-s', server.url])
      await new Promise((resolve) => setTimeout(resolve, 800))
      running.kill('SIGINT')
      return running.done
    })()
    expect(withoutTimes(stderr)).toMatch(/^Published \d+ messages before that\nnats: error: interrupted\n$/)
    expect(code).toBe(130)
  })

  it('is ended by ^C at once while it floods, and none that it told is lost', async () => {
    const subject = subjectOfTest()
    const inMessages = async () => ((await (await fetch(`${server.httpUrl}/varz`)).json()) as {in_msgs: number}).in_msgs
    const before = await inMessages()
    const running = start(['pub', subject, 'x', '--count', '1000000000', '-s', server.url])
    while ((await inMessages()) < before + 1000) await new Promise((resolve) => setTimeout(resolve, 20))
    const pressed = performance.now()
    running.kill('SIGTERM')
    const {stderr, code} = await running.done
    expect(performance.now() - pressed).toBeLessThan(1000)
    const told = Number(/Published ([\d,]+) messages before that/.exec(stderr)![1]!.replaceAll(',', ''))
    expect(await inMessages()).toBe(before + told)
    expect(code).toBe(143)
  })
})

describe('stdin', () => {
  const NOTICE = 'Reading payload from STDIN\n'

  it('is the body, byte for byte, when there is none', async () => {
    const bytes = Buffer.concat([randomBytes(70_000), Buffer.from('{{Count}}{{Nope}}\r\n\n')])
    const {messages, said, subject} = await published([], {stdin: bytes})
    expect(messages.length).toBe(1)
    expect(Buffer.compare(messages[0]!.data, bytes)).toBe(0)
    expect(said).toBe(`${NOTICE}Published ${bytes.length} bytes to "${subject}.x"\n`)
  })

  it('is sent as often as --count says', async () => {
    expect((await published(['--count', '2'], {stdin: 'two'})).bodies).toEqual(['two', 'two'])
  })

  it('is one message a line with --send-on newline, byte for byte', async () => {
    const {bodies, said, subject} = await published(['--send-on', 'newline'], {stdin: 'a\n\nb\r\n\0{{Count}}\nlast'})
    expect(bodies).toEqual(['a', '', 'b\r', '\0{{Count}}', 'last'])
    expect(said).toBe(
      `${NOTICE}${[1, 0, 2, 10, 4].map((size) => `Published ${size} bytes to "${subject}.x"\n`).join('')}`,
    )
    expect((await published(['--send-on', 'newline'], {stdin: ''})).bodies).toEqual([])
    expect((await published(['--send-on', 'newline', '--count', '2'], {stdin: 'a\nb'})).bodies).toEqual([
      'a',
      'a',
      'b',
      'b',
    ])
  })

  it('takes very long lines', async () => {
    const line = 'x'.repeat(1_000_000)
    const {bodies} = await published(['--send-on', 'newline'], {stdin: `${line}\n${line}y`})
    expect(bodies.map((body) => body.length)).toEqual([1_000_000, 1_000_001])
  })

  it('is a template only when that is asked for', async () => {
    expect((await published(['--templates', '--count', '2'], {stdin: 'n={{Count}}'})).bodies).toEqual(['n=1', 'n=2'])
    const {bodies, stderr, code} = await published(['--templates', '--send-on', 'newline'], {stdin: 'a\n{{Nope}}\n'})
    expect(bodies).toEqual(['a'])
    expect(stderr).toContain('there is no function "Nope"')
    expect(code).toBe(9)
  })

  it('is sent line by line as it comes', async () => {
    const subject = subjectOfTest()
    const inbox = await listen(server, subject)
    const running = start(['pub', subject, '--send-on', 'newline', '-s', server.url], {stdin: 'one\ntw'})
    await inbox.until(1)
    await running.waitFor('stderr', /Published 3 bytes/)
    running.write('o\n')
    await inbox.until(2)
    running.end()
    expect((await running.done).code).toBe(0)
    expect(inbox.bodies()).toEqual(['one', 'two'])
  })

  it('goes on when the server comes back, and what may be lost is told', async () => {
    const shaky = await startServer()
    const running = start(['pub', 'a', '--send-on', 'newline', '-s', shaky.url, '--timeout', '10s'], {stdin: 'one\n'})
    await running.waitFor('stderr', /Published 3 bytes/)
    await shaky.stop()
    await running.waitFor('stderr', /Disconnected/)
    running.write('lost\n')
    await shaky.restart()
    await running.waitFor('stderr', /The connection broke; 1 message may not have arrived/)
    const inbox = await listen(shaky, 'a')
    running.write('three\n')
    running.end()
    await inbox.until(1)
    const {stderr, code} = await running.done
    expect(inbox.bodies()).toEqual(['three'])
    expect(stderr).toContain('nats: error: 1 message may not have arrived')
    expect(code).toBe(9)
  })

  it('ends with 5 when the server does not come back before --timeout', async () => {
    const shaky = await startServer()
    const running = start(['pub', 'a', '--send-on', 'newline', '-s', shaky.url, '--timeout', '3s'], {stdin: 'one\n'})
    await running.waitFor('stderr', /Published 3 bytes/)
    await shaky.kill()
    await running.waitFor('stderr', /Disconnected/)
    running.write('lost\n')
    const {stderr, code} = await running.done
    expect(stderr).toContain('Published 1 message before that\nnats: error: the connection was lost')
    expect(code).toBe(5)
  })

  it('is left by ^C at once', async () => {
    const running = start(['pub', subjectOfTest(), '--send-on', 'newline', '-s', server.url], {stdin: 'one\n'})
    await running.waitFor('stderr', /Published 3 bytes/)
    running.kill('SIGINT')
    const {stderr, code} = await running.done
    expect(stderr).toContain('Published 1 message before that\nnats: error: interrupted')
    expect(code).toBe(130)
  })

  // What arrives depends on the body alone: not on what stdout is.
  const bodies = [
    ['absent', '', 'from stdin'],
    ['-', '-', 'from stdin'],
    ['text', 'text', 'text'],
    ['empty', "''", ''],
    ['text --force-stdin', 'text --force-stdin', 'from stdin'],
  ] as const
  const outputs = [
    ['a pipe', '| cat'],
    ['a file', '> out.txt'],
    ['/dev/null', '>/dev/null'],
    ['closed', '>&-'],
    ['a terminal', 'terminal'],
  ] as const
  const inputs = [
    ['a pipe', "printf 'from stdin' |", '', 'from stdin'],
    ['a file', "printf 'from stdin' > in.txt;", '< in.txt', 'from stdin'],
    ['/dev/null', '', '< /dev/null', ''],
    ['closed', '', '<&-', ''],
  ] as const
  const matrix = inputs.flatMap(([input, before, from, content]) =>
    outputs.flatMap(([output, redirect]) =>
      bodies.map(([body, args, wanted]) => {
        const command = `${before} nats pub SUBJECT ${args} ${from} ${redirect === 'terminal' ? '' : redirect}`
        const inTerminal = `export -f nats; SHELL=/bin/bash script -qefc ${JSON.stringify(command)} /dev/null`
        const script = redirect === 'terminal' ? inTerminal : command
        return {input, output, body, script, expected: wanted === 'from stdin' ? content : wanted}
      }),
    ),
  )
  it.each(matrix)('stdin $input, stdout $output, body $body', async ({script, expected}) => {
    const subject = subjectOfTest()
    const inbox = await listen(server, subject)
    const {code} = await shell(script.replace('SUBJECT', subject), {
      cwd: temporaryFolder(),
      env: {NATS_URL: server.url},
    })
    await inbox.until(1)
    expect([inbox.bodies(), code]).toEqual([[expected], 0])
  })

  it.each([
    ['', 'typed\n'],
    ["''", ''],
    ['text', 'text'],
    ['-', 'typed\n'],
  ])('of a terminal, body "%s"', async (body, expected) => {
    const subject = subjectOfTest()
    const inbox = await listen(server, subject)
    const args = ['pub', subject, ...(body === '' ? [] : [body.replace("''", '')]), '-s', server.url]
    const running = startInTerminal(args)
    if (expected === 'typed\n') {
      await running.waitFor('stdout', /Reading payload from STDIN/)
      running.write('typed\n\u0004')
    }
    const [msg] = await inbox.until(1)
    expect(msg!.string()).toBe(expected)
    expect((await running.done).code).toBe(0)
  })

  it('of a loop around it stays with the loop', async () => {
    const subject = subjectOfTest()
    const inbox = await listen(server, subject)
    const script = `printf 'a\\nb\\nc\\n' | while read -r line; do nats pub ${subject} "$line"; done`
    expect((await shell(script, {env: {NATS_URL: server.url}})).code).toBe(0)
    await inbox.until(3)
    expect(inbox.bodies()).toEqual(['a', 'b', 'c'])
  })

  it('that cannot be read is an error', async () => {
    const {stderr, code} = await shell(`nats pub x < ${temporaryFolder()}`, {env: {NATS_URL: server.url}})
    expect(stderr).toContain('stdin is a folder')
    expect(code).toBe(1)
  })
})

describe('records', () => {
  const ndjson = (args: string[], stdin: string | Buffer) => publish([...args, '--ndjson'], {stdin: stdin as string})

  it('bring back subject, headers and bytes of random messages', async () => {
    const subject = subjectOfTest()
    const inbox = await listen(server, `${subject}.>`)
    const sent = Array.from({length: 500}, (_, i) => ({
      subject: `${subject}.${i}`,
      headers:
        i % 3
          ? ([
              ['A', randomBytes(i % 20).toString('base64')],
              ['b', 'é'],
              ['A', '2'],
            ] as [string, string][])
          : undefined,
      data: i % 2 ? randomBytes(i) : Buffer.from(randomBytes(i).toString('latin1')),
    }))
    const {stdout, stderr, code} = await ndjson(
      ['-j'],
      sent.map((message) => `${encodeRecord({...message, reply: 'gone'}, Date.now())}\n`).join(''),
    )
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      messages: 500,
      bytes: sent.reduce((sum, {data}) => sum + data.length, 0),
      elapsed: expect.any(Number),
    })
    expect(code).toBe(0)
    const received = await inbox.until(500)
    for (const [i, {subject, headers, data}] of sent.entries()) {
      const msg = received[i]!
      expect(msg.subject).toBe(subject)
      expect(Buffer.compare(msg.data, data)).toBe(0)
      expect(msg.headers?.values('A')).toEqual(headers && [headers[0]![1], '2'])
      expect(msg.headers?.get('b')).toEqual(headers && 'é')
      expect(msg.reply).toBe('')
    }
  })

  it('come from subscribe --json, which writes what publish --ndjson reads', async () => {
    const from = subjectOfTest()
    const copy = await startServer()
    const inbox = await listen(copy, `${from}.>`)
    const pipe = shell(`nats sub '${from}.>' --json --count 300 -s ${server.url} | nats pub --ndjson -s ${copy.url} -q`)
    const nc = await client(server)
    const bodies = Array.from({length: 300}, (_, i) => randomBytes(i * 7))
    const subscribed = async () => {
      const {subscriptions_list: list = []} = (await (await fetch(`${server.httpUrl}/subsz?subs=1`)).json()) as {
        subscriptions_list?: {subject: string}[]
      }
      return list.some((entry) => entry.subject === `${from}.>`)
    }
    while (!(await subscribed())) await new Promise((resolve) => setTimeout(resolve, 20))
    for (const [i, body] of bodies.entries()) nc.publish(`${from}.${i}`, body)
    await nc.flush()
    expect((await pipe).code).toBe(0)
    const received = await inbox.until(300)
    for (const [i, body] of bodies.entries()) {
      expect(received[i]!.subject).toBe(`${from}.${i}`)
      expect(Buffer.compare(received[i]!.data, body)).toBe(0)
    }
  })

  it('go to one subject when there is one, with more headers, as often as asked', async () => {
    const subject = subjectOfTest()
    const inbox = await listen(server, subject)
    const json =
      '{\n  "subject": "elsewhere",\n  "data": "x",\n  "headers": {"A": ["1"]}\n}{"subject":"other","data":"y"}'
    const {stderr, code} = await ndjson([subject, '-H', 'N:{{Count}}', '--count', '2', '--reply', 'r'], json)
    expect(code).toBe(0)
    const messages = await inbox.until(4)
    expect(messages.map((msg) => [msg.string(), msg.headers!.get('A'), msg.headers!.get('N'), msg.reply])).toEqual([
      ['x', '1', '1', 'r'],
      ['x', '1', '2', 'r'],
      ['y', '', '1', 'r'],
      ['y', '', '2', 'r'],
    ])
    expect(withoutTimes(stderr)).toBe(`Reading payload from STDIN\n${`Published 1 bytes to "${subject}"\n`.repeat(4)}`)
  })

  it('that are wrong end it; those before them were sent', async () => {
    const subject = subjectOfTest()
    const inbox = await listen(server, subject)
    const good = JSON.stringify({subject, data: 'good'})
    for (const [bad, problem, code] of [
      ['nonsense', 'record 2 of the input is not a JSON object', 9],
      ['{"data":"x"}', '"subject" is missing', 9],
      ['{"subject":"a.*"}', 'has a wildcard', 9],
      ['{"subject":"a","headers":{"a b":["x"]}}', 'the header name "a b" has', 9],
    ] as const) {
      const result = await ndjson([], `${good}\n${bad}\n`)
      expect(result.stderr).toContain(problem)
      expect(result.stderr).toContain('Published 1 message before that')
      expect(result.code).toBe(code)
    }
    await inbox.until(4)
    expect((await ndjson([], 'nonsense')).code).toBe(1)
  })
})

describe('what the server does not take', () => {
  it('is too large: nothing is sent', async () => {
    const limited = await startServer({config: 'max_payload: 1000'})
    const inbox = await listen(limited, '>')
    const tooLarge = ['pub', 'a', 'x'.repeat(1001), '-s', limited.url]
    for (const [args, stdin, problem] of [
      [tooLarge, '', 'the message is 1,001 bytes, and the server takes at most 1,000 (1000 B)'],
      [
        ['pub', 'a', 'x'.repeat(990), '-H', 'A:b', '-s', limited.url],
        '',
        'the message with its headers is 1,008 bytes',
      ],
      [[...tooLarge, '--count', '1000'], '', 'the message is 1,001 bytes'],
      [['pub', 'a', '-s', limited.url], 'x'.repeat(1001), 'the input is larger than 1,000 bytes'],
    ] as const) {
      const {stderr, code} = await run([...args], {stdin})
      expect(stderr).toContain(problem)
      expect(code).toBe(1)
    }
    const lines = await run(['pub', 'a', '--send-on', 'newline', '-s', limited.url], {
      stdin: `ok\n${'x'.repeat(1001)}\n`,
    })
    expect(lines.stderr).toContain('line 2 of the input is larger than 1,000 bytes')
    expect(lines.code).toBe(9)
    await inbox.until(1)
    expect(inbox.bodies()).toEqual(['ok'])
  })

  it('is too large without an end: it stops reading', async () => {
    const {stderr, code} = await shell('nats pub a < /dev/zero', {env: {NATS_URL: server.url}})
    expect(stderr).toContain('the input is larger than 1,048,576 bytes (1.0 MiB)')
    expect(code).toBe(1)
  })

  it.each([
    ['one', []],
    ['many of the same', ['--count', '100000']],
    ['many', ['--count', '100', '-H', 'A:{{Count}}']],
  ])('is not permitted: %s', async (_, more) => {
    const guarded = await startServer({
      config: 'authorization: {users: [{user: a, password: b, permissions: {publish: {deny: "no.>"}}}]}',
    })
    const {stdout, stderr, code} = await run([
      'pub',
      'no.way',
      'x',
      ...more,
      '-s',
      guarded.url,
      '--user',
      'a',
      '--password',
      'b',
      '--json',
    ])
    expect(stdout).toBe('')
    expect(stderr).toContain('not permitted to publish to "no.way"')
    expect(code).toBe(4)
  })

  it('cannot be confirmed by a server that hangs', async () => {
    const stuck = await startServer()
    const running = start(['pub', 'a', '--send-on', 'newline', '--timeout', '300ms', '-s', stuck.url], {stdin: 'one\n'})
    await running.waitFor('stderr', /Published 3 bytes/)
    process.kill(stuck.pid, 'SIGSTOP')
    try {
      running.write('two\n')
      const {stderr, code} = await running.done
      expect(stderr).toContain('no answer from the server within 300ms')
      expect(code).toBe(6)
    } finally {
      process.kill(stuck.pid, 'SIGCONT')
    }
  })
})
