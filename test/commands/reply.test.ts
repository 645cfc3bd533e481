import {setTimeout as delay} from 'node:timers/promises'
import {headers} from '@nats-io/transport-node'
import {beforeAll, describe, expect, it} from 'vitest'
import {type Options, type Running, run, start, startShell, temporaryFolder} from '../support/cli.ts'
import {client} from '../support/messaging.ts'
import {startServer, type TestServer} from '../support/server.ts'

let server: TestServer
let count = 0
beforeAll(async () => {
  server = await startServer()
})

const said = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d /gm, '')

/** `nats reply SUBJECT.> ARGS`, once it listens. */
async function replying(args: string[], options: Options = {}): Promise<{running: Running; subject: string}> {
  const subject = `rp${++count}`
  const running = start(['reply', `${subject}.>`, ...args], {...options, env: {NATS_URL: server.url, ...options.env}})
  await running.waitFor('stderr', /Listening/)
  return {running, subject}
}

async function ask(subject: string, body: string | Uint8Array = '', header: Record<string, string> = {}) {
  const nc = await client(server)
  const h = headers()
  for (const [name, value] of Object.entries(header)) h.append(name, value)
  const msg = await nc.request(subject, body, {timeout: 10_000, headers: h.keys().length > 0 ? h : undefined})
  return {body: msg.string(), data: msg.data, headers: Object.fromEntries(msg.headers ?? [])}
}

describe('reply', () => {
  it('answers with a text, shows the requests, and ends after --count with 0', async () => {
    const {running, subject} = await replying(['answer', '--count', '2', '-H', 'R:1'])
    expect(await ask(`${subject}.a`, 'body one', {Q: '1'})).toMatchObject({body: 'answer', headers: {R: ['1']}})
    expect(await ask(`${subject}.b`, 'two\n')).toMatchObject({body: 'answer'})
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe('body one\ntwo\n')
    expect(said(stderr)).toBe(
      `Listening on "${subject}.>" in group "NATS-RPLY-22"\n[#0] Received on subject "${subject}.a":\nQ: 1\n[#1] Received on subject "${subject}.b":\n`,
    )
    expect(code).toBe(0)
  })

  it('can answer with nothing', async () => {
    const {running, subject} = await replying(['', '--count', '1'])
    expect((await ask(`${subject}.a`, 'x')).body).toBe('')
    expect((await running.done).code).toBe(0)
  })

  it('renders templates of the request in body and headers', async () => {
    const {running, subject} = await replying([
      '{{Count}} {{Request}} {{.Request}} {{0}}/{{1}}/{{2}} {{ID}}',
      '-H',
      'N:{{Count}}-{{Request}}',
      '--count',
      '2',
    ])
    const {body, headers} = await ask(`${subject}.london`, 'q\r\nEvil: x')
    expect(body).toMatch(new RegExp(`^0 q\r\nEvil: x q\r\nEvil: x ${subject}/london/ \\w{22}$`))
    expect(headers).toEqual({N: ['0-q Evil: x']})
    expect((await ask(`${subject}.paris`, '{{Count}}')).body).toMatch(/^1 \{\{Count\}\} \{\{Count\}\}/)
    expect((await running.done).code).toBe(0)
  })

  it('echoes body and headers, with --echo or without anything', async () => {
    for (const args of [
      ['--echo', '-H', 'Own:1'],
      ['-H', 'Own:1'],
    ]) {
      const {running, subject} = await replying([...args, '--count', '1'])
      const bytes = Buffer.from([0, 255, 10, 13])
      const {data, headers} = await ask(`${subject}.a`, bytes, {A: '1', b: '2'})
      expect(Buffer.compare(data, bytes)).toBe(0)
      expect(headers).toEqual({'NATS-Reply-Counter': ['0'], A: ['1'], b: ['2'], Own: ['1']})
      const {stdout, stderr, code, raw} = await running.done
      expect(Buffer.compare(raw.subarray(0, 3), bytes.subarray(0, 3))).toBe(0)
      expect(stdout.length).toBeGreaterThan(0)
      expect(stderr.includes('No body or command supplied, enabling echo mode')).toBe(!args.includes('--echo'))
      expect(code).toBe(0)
    }
  })

  it('is one record a line for each request under --json', async () => {
    const subject = `rp${++count}`
    const running = start(['reply', subject, 'x', '--count', '1', '--json', '-s', server.url])
    const nc = await client(server)
    const answered = async (): Promise<void> => {
      await nc.request(subject, 'q', {timeout: 5000}).catch(answered)
    }
    await answered()
    const {stdout, stderr, code} = await running.done
    expect([stderr, code]).toEqual(['', 0])
    expect(JSON.parse(stdout)).toMatchObject({subject, reply: expect.stringMatching(/^_INBOX/), data: 'q', size: 1})
  })

  it('waits a random time up to --sleep, for several requests at the same time', async () => {
    const {running, subject} = await replying(['a', '--sleep', '400ms', '--count', '20'])
    const started = performance.now()
    const times = await Promise.all(
      Array.from({length: 20}, () => ask(`${subject}.a`).then(() => performance.now() - started)),
    )
    expect(Math.max(...times)).toBeGreaterThan(100)
    expect(Math.max(...times)).toBeLessThan(2000)
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(50)
    expect((await running.done).code).toBe(0)
  })

  it('shares requests within a queue group, and loses none at the end of a count', async () => {
    const subject = `rp${++count}`
    const args = ['reply', subject, 'a', '--queue', 'g', '--count', '50', '-s', server.url]
    const group = [start(args), start(args)]
    await Promise.all(group.map((running) => running.waitFor('stderr', /Listening on "\w+" in group "g"/)))
    const nc = await client(server)
    await Promise.all(Array.from({length: 100}, () => nc.request(subject, '', {timeout: 5000})))
    for (const running of group) {
      const {stderr, code} = await running.done
      expect(stderr.match(/Received/g)!.length).toBe(50)
      expect(code).toBe(0)
    }
  })

  it('answers in every instance without a queue group', async () => {
    const subject = `rp${++count}`
    const group = ['one', 'two'].map((body) =>
      start(['reply', subject, body, '--queue', '', '--count', '1', '-s', server.url]),
    )
    await Promise.all(group.map((running) => running.waitFor('stderr', /Listening on "\w+"\n/)))
    const {stdout} = await run(['req', subject, 'x', '--replies', '2', '-r', '-s', server.url])
    expect(stdout.split('\n').sort()).toEqual(['', 'one', 'two'])
  })

  it('does not count a message that wants no answer', async () => {
    const {running, subject} = await replying(['a', '--count', '1'])
    const nc = await client(server)
    nc.publish(`${subject}.x`, 'noreply')
    await running.waitFor('stderr', /not answered: the message has no reply subject/)
    // The server has ended the subscription, which counts every message; it is made anew right after.
    await expect.poll(() => ask(`${subject}.x`, 'asked').then(({body}) => body, String)).toBe('a')
    expect(await running.done).toMatchObject({stdout: 'noreply\nasked\n', code: 0})
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('drains and ends with 0 after %s', async (signal) => {
    const {running, subject} = await replying(['late', '--sleep', '1h'])
    const answer = ask(`${subject}.a`, 'x')
    await running.waitFor('stderr', /Received/)
    const pressed = performance.now()
    running.kill(signal)
    expect((await answer).body).toBe('late')
    const {stdout, stderr, code} = await running.done
    expect(performance.now() - pressed).toBeLessThan(1000)
    expect([stdout, code]).toEqual(['x\n', 0])
    expect(stderr).toContain('Draining...')
  })

  it('ends quietly when nobody reads its output any more', async () => {
    const subject = `rp${++count}`
    const {stderr} = await (async () => {
      const pipe = startShell(`(nats reply ${subject} a 2>err.txt; echo "code $?" >&2) | head -1`, {
        cwd: temporaryFolder(),
        env: {NATS_URL: server.url},
      })
      const nc = await client(server)
      const asking = async (): Promise<void> => {
        await nc.request(subject, 'line', {timeout: 300}).catch(() => delay(50))
        if (!pipe.stderr().includes('code')) return asking()
      }
      await asking()
      return pipe.done
    })()
    expect(stderr).toBe('code 0\n')
  })

  it('goes on after the server was restarted', async () => {
    const shaky = await startServer()
    const running = start(['reply', 'again', 'yes', '--count', '1', '-s', shaky.url])
    await running.waitFor('stderr', /Listening/)
    await shaky.restart()
    await running.waitFor('stderr', /Reconnected/)
    const nc = await client(shaky)
    expect((await nc.request('again', '', {timeout: 5000})).string()).toBe('yes')
    expect((await running.done).code).toBe(0)
  })

  it('is 4 when the subject or the answer is not permitted', async () => {
    const guarded = await startServer({
      config:
        'authorization: {users: [{user: all, password: x}, {user: a, password: b, permissions: {publish: {deny: "_INBOX.>"}, subscribe: {deny: "no.>"}}}]}',
    })
    const login = ['-s', guarded.url, '--user', 'a', '--password', 'b']
    const denied = await run(['reply', 'no.way', 'x', ...login])
    expect(denied.stderr).toContain('not permitted to subscribe to "no.way"')
    expect(denied.stderr).not.toContain('Listening')
    expect(denied.code).toBe(4)
    const running = start(['reply', 'yes', 'x', '--count', '1', ...login])
    await running.waitFor('stderr', /Listening/)
    const nc = await client(guarded, {user: 'all', pass: 'x'})
    nc.publish('yes', 'q', {reply: '_INBOX.x'})
    const {stderr, code} = await running.done
    expect(stderr).toContain('not permitted to publish to "_INBOX.x"')
    expect(code).toBe(4)
  })

  it.each([
    [['rp.x', '{{Nope}}'], 'there is no function "Nope"'],
    [['rp.x', 'a', '-H', 'bad'], 'header "bad" has no colon'],
    [['rp.x', 'a', '--echo'], 'exclude each other'],
    [['rp.x', '', '--command', 'cat'], 'exclude each other'],
    [['rp.x', '--command', ''], '--command: there is no command'],
    [['rp.x', '--command', 'sh "a'], '--command: a quote is not closed'],
    [['rp.x', '--command', '{{Request}} a'], 'the program itself cannot be a template'],
    [['rp.x', '--command', 'echo {{Nope}}'], '--command template: there is no function "Nope"'],
    [['a b', 'x'], 'subject "a b" contains white space'],
    [['a.>.b', 'x'], '> before its end'],
    [['rp.x', 'x', '--queue', 'a b'], '--queue: "a b" is not a name without white space'],
    [['rp.x', 'x', '--sleep', '3'], '--sleep: "3" is not a duration'],
    [['rp.x', 'x', '--count', '-1'], 'count'],
    [[], "required argument 'subject' not provided"],
  ])('is 2 for a wrong command line: %j', async (args, problem) => {
    const {stdout, stderr, code} = await run(['reply', ...args], {env: {NATS_URL: server.url}})
    expect([stdout, code]).toEqual(['', 2])
    expect(stderr).toContain(problem)
  })
})

describe('reply --command', () => {
  it('answers with what the program prints, with headers', async () => {
    const {running, subject} = await replying(['--command', 'tr a-z A-Z', '-H', 'R:{{1}}', '--count', '1'])
    expect(await ask(`${subject}.x`, 'hello\0\n')).toMatchObject({body: 'HELLO\0\n', headers: {R: ['x']}})
    expect((await running.done).code).toBe(0)
  })

  it('gives it the subject and the body in the environment', async () => {
    const {running, subject} = await replying([
      '--command',
      'printenv NATS_REQUEST_SUBJECT NATS_REQUEST_BODY',
      '--count',
      '2',
    ])
    expect((await ask(`${subject}.x`, 'b o d y')).body).toBe(`${subject}.x\nb o d y\n`)
    // No variable holds a NUL; the body is on stdin all the same, and this program then finds one of two.
    expect((await ask(`${subject}.x`, 'a\0b')).headers['Nats-Service-Error']).toEqual([
      'the command failed: exit status 1',
    ])
    await running.done
  })

  it('takes no argument and no program from a message', async () => {
    const {running, subject} = await replying([
      '--command',
      `printf "<%s>" {{1}} '{{Request}}' "{{.Request}} {{ Random 3 3 }}" ; $HOME`,
      '--count',
      '2',
    ])
    const nasty = `a b" '; touch /tmp/x; echo $(id) \\ *`
    const {body} = await ask(`${subject}.lon-don`, nasty)
    expect(body.replace(/ \w{3}><;>/, ' RND><;>')).toBe(`<lon-don><${nasty}><${nasty} RND><;><$HOME>`)
    expect((await ask(`${subject}.x`, '{{Count}} -n')).body).toContain('<{{Count}} -n>')
    await running.done
  })

  it('answers with an error when the program fails, and says why on stderr', async () => {
    const {running, subject} = await replying(['--command', 'sh -c "echo out; echo oops >&2; exit 3"', '--count', '1'])
    expect(await ask(`${subject}.x`, 'x')).toMatchObject({
      body: '',
      headers: {'Nats-Service-Error-Code': ['500'], 'Nats-Service-Error': ['the command failed: exit status 3']},
    })
    const {stderr, code} = await running.done
    expect(said(stderr)).toContain('sh: exit status 3\n')
    expect(stderr).toContain('oops')
    expect(code).toBe(0)
  })

  it('answers with an error when there is no such program', async () => {
    const {running, subject} = await replying(['--command', 'nosuchprogram', '--count', '1'])
    expect((await ask(`${subject}.x`)).headers['Nats-Service-Error']).toEqual(['the command failed: no such program'])
    expect((await running.done).stderr).toContain('nosuchprogram: no such program')
  })

  it('runs for several requests at the same time', async () => {
    const {running, subject} = await replying(['--command', 'sh -c "sleep 0.3; cat"', '--count', '10'])
    const started = performance.now()
    const bodies = await Promise.all(Array.from({length: 10}, (_, i) => ask(`${subject}.x`, `n${i}`)))
    expect(bodies.map(({body}) => body)).toEqual(Array.from({length: 10}, (_, i) => `n${i}`))
    expect(performance.now() - started).toBeLessThan(2500)
    expect((await running.done).code).toBe(0)
  })

  it('is ended soon after an interruption, and the requester told', async () => {
    const {running, subject} = await replying(['--command', 'sleep 60'])
    const answer = ask(`${subject}.x`)
    await running.waitFor('stderr', /Received/)
    const pressed = performance.now()
    running.kill('SIGINT')
    expect((await answer).headers['Nats-Service-Error']![0]).toMatch(/abort|killed/i)
    expect((await running.done).code).toBe(0)
    expect(performance.now() - pressed).toBeLessThan(1000)
  })
})
