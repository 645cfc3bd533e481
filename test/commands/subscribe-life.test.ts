import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises'
import {createServer} from 'node:net'
import {join} from 'node:path'
import type {NatsConnection} from '@nats-io/nats-core'
import {beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import {run, shell, temporaryFolder} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {connectTo, publish, subscribe, subscribed, three} from '../support/subscribing.ts'

let server: TestServer
let nc: NatsConnection

beforeAll(async () => {
  server = await startServer({http: true})
  nc = await connectTo(server)
})

/** Publishes to the subject until the returned function is called. */
function flood(client: NatsConnection, subject: string, size = 128): () => void {
  const body = new Uint8Array(size).fill(0x78)
  let on = true
  const loop = async () => {
    while (on && !client.isClosed()) {
      for (let i = 0; i < 2000; i++) client.publish(subject, body)
      await client.flush().catch(() => {})
    }
  }
  void loop()
  const stop = () => {
    on = false
  }
  onTestFinished(stop)
  return stop
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('ends it as a success, with what came on stdout', async () => {
    const subject = `life-${signal}`
    const running = await subscribe(server, [`${subject}.>`, '--subjects-only'])
    await publish(nc, ...three(subject))
    await running.waitFor('stdout', /#3/)
    const sent = performance.now()
    running.kill(signal)
    const {stdout, stderr, code} = await running.done
    expect(performance.now() - sent).toBeLessThan(1000)
    expect(stdout.split('\n')).toHaveLength(4)
    expect(stderr).toMatch(/^\S+ Subscribing on \S+\n$/)
    expect(code).toBe(0)
  })

  test('in the middle of a flood ends it within a second, with whole lines', async () => {
    const subject = `life-flood-${signal}`
    const running = await subscribe(server, [subject, '--raw'])
    flood(nc, subject)
    await running.waitFor('stdout', (text) => text.length > 1_000_000)
    const sent = performance.now()
    running.kill(signal)
    const {raw, code} = await running.done
    expect(performance.now() - sent).toBeLessThan(1500)
    expect(raw.length % 129).toBe(0)
    expect(code).toBe(0)
  })

  test('while nobody reads stdout ends it within a second', async () => {
    const subject = `life-stuck-${signal}`
    const {child, done} = await subscribe(server, [subject, '--raw'])
    child.stdout!.pause()
    flood(nc, subject, 10_000)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const sent = performance.now()
    child.kill(signal)
    await new Promise((resolve) => child.once('exit', resolve))
    expect(performance.now() - sent).toBeLessThan(1500)
    child.stdout!.resume()
    // Not all that came could be written, and that is no success.
    expect((await done).code).toBe(signal === 'SIGINT' ? 130 : 143)
  })

  test('stops a program of --translate that hangs', async () => {
    const subject = `life-translate-${signal}`
    const running = await subscribe(server, [subject, '--translate', 'sleep 60'])
    await publish(nc, {subject}, {subject})
    const sent = performance.now()
    running.kill(signal)
    const {stderr, code} = await running.done
    expect(performance.now() - sent).toBeLessThan(1000)
    expect(stderr).toContain('2 messages that came last were not translated')
    expect(code).toBe(0)
  })
})

describe('stdout', () => {
  test.each(['', '--raw', '--json', '--dump -'])(
    'closed early (%s | head -1) ends it at once and quietly',
    async (flags) => {
      const subject = `head${flags.replace(/\W/g, '')}`
      const done = shell(
        `nats sub ${subject} ${flags} -s ${server.url} 2>err | head -c 20 | wc -c; cat err; exit \${PIPESTATUS[0]}`,
        {
          cwd: temporaryFolder(),
        },
      )
      await subscribed(server, subject)
      flood(nc, subject)
      const {stdout, code} = await done
      expect(stdout.replace(/^\S+ Subscribing on \S+\n/m, '')).toBe('20\n')
      expect(code).toBe(0)
    },
  )

  test('read slowly loses nothing, and memory stays flat', async () => {
    const running = await subscribe(server, ['slow', '--raw', '--count', '100000'])
    const {stdout, pid} = running.child
    const memory = async () => Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
    stdout!.pause()
    const before = await memory()
    const body = new Uint8Array(400).fill(0x78)
    for (let i = 0; i < 100; i++) {
      for (let k = 0; k < 1000; k++) nc.publish('slow', body)
      await nc.flush()
    }
    expect((await memory()) - before).toBeLessThan(60)
    stdout!.resume()
    const {raw, code} = await running.done
    expect(raw.length).toBe(100_000 * 401)
    expect(code).toBe(0)
  })

  test.each(['', '--raw', '--json', '--dump -', '--report-subjects'])(
    'on a full disk (%s) is a failure',
    async (flags) => {
      const subject = `full${flags.replace(/\W/g, '')}`
      const done = shell(`nats sub ${subject} ${flags} --count 1 -s ${server.url} > /dev/full`)
      await subscribed(server, subject)
      await publish(nc, {subject, data: 'x'})
      const {stderr, code} = await done
      expect(stderr).toMatch(/nats: error: .*no space left/)
      expect(code).toBe(1)
    },
  )
})

describe('--dump', () => {
  test.each([
    ['a folder below a file', 'file/sub'],
    ['a file', 'file'],
  ])('to %s fails before connecting', async (_what, path) => {
    const folder = temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    const target = join(folder, path)
    const {stdout, stderr, code} = await run(['sub', 'x', '--dump', target, '-s', 'nats://127.0.0.1:1'])
    expect(stderr).toMatch(/^nats: error: --dump: cannot make the folder .*: (ENOTDIR|EEXIST)/)
    expect({stdout, code}).toEqual({stdout: '', code: 1})
  })

  test('to a full disk fails, naming the file', async () => {
    const folder = join(temporaryFolder(), 'dump')
    await mkdir(folder)
    await symlink('/dev/full', join(folder, '2.json'))
    const running = await subscribe(server, ['dumpfull.>', '--dump', folder])
    await publish(nc, ...three('dumpfull'))
    const {stderr, code} = await running.done
    expect(stderr).toContain(`nats: error: --dump: cannot write ${join(folder, '2.json')}: no space left on the disk\n`)
    expect(code).toBe(1)
    expect(JSON.parse(await readFile(join(folder, '1.json'), 'utf8'))).toMatchObject({Subject: 'dumpfull.a'})
  })
})

describe('the server', () => {
  test('restarts, and it goes on and tells what it missed', async () => {
    const own = await startServer({http: true})
    const running = await subscribe(own, ['again', '--raw', '--count', '2'])
    const before = await connectTo(own)
    await publish(before, {subject: 'again', data: 'before'})
    await running.waitFor('stdout', /before/)
    await before.close()
    await own.restart()
    await subscribed(own, 'again')
    await publish(await connectTo(own), {subject: 'again', data: 'after'})
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe('before\nafter\n')
    expect(stderr).toMatch(/The connection was lost once, for .*s in all: messages of that time are missing\n$/)
    expect(code).toBe(0)
  })

  test('ends the connection because stdout is not read: that is told, and it goes on', async () => {
    const own = await startServer({http: true, config: 'max_pending: 1MB\nwrite_deadline: "300ms"'})
    const running = await subscribe(own, ['slowly', '--raw'])
    running.child.stdout!.pause()
    const client = await connectTo(own)
    const stop = flood(client, 'slowly', 1000)
    while (!/Slow Consumer/.test(own.log())) await new Promise((resolve) => setTimeout(resolve, 20))
    stop()
    running.child.stdout!.resume()
    await running.waitFor('stderr', /The output is taken too slowly: the server ended the connection/)
    await subscribed(own, 'slowly')
    await publish(client, {subject: 'slowly', data: 'THE END'})
    await running.waitFor('stdout', /THE END/)
    running.kill()
    const {stderr, code} = await running.done
    expect(stderr).toMatch(/lost once \(once because the output was taken too slowly\)/)
    expect(code).toBe(0)
  })

  test('that does not speak the protocol any more ends it with an error', async () => {
    const info = 'INFO {"server_id":"X","version":"2.10.0","max_payload":1000000,"headers":true}\r\n'
    const odd = createServer((socket) => {
      socket.write(info)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        for (const _ of String(chunk).match(/PING/g) ?? []) socket.write('PONG\r\n')
        if (/SUB x 1/.test(String(chunk))) socket.write('MSG x 1 2\r\nhello\r\n')
      })
    })
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void odd.close())
    const {port} = odd.address() as {port: number}
    const {stdout, stderr, code} = await run(['sub', 'x', '-s', `nats://127.0.0.1:${port}`], {timeout: 8000})
    expect(stderr).toContain('the server sent a message longer than it announced')
    expect({stdout, code}).toEqual({stdout: '', code: 1})
  })

  describe('that permits only some subjects', () => {
    let strict: TestServer
    beforeAll(async () => {
      const permissions = '{subscribe: {allow: ["ok.>"]}}'
      strict = await startServer({
        config: `authorization {users: [{user: a, password: b, permissions: ${permissions}}]}`,
      })
    })

    test.each([
      [['no.x'], 'no.x'],
      [['ok.x', 'no.y'], 'no.y'],
      [['no.x', '--raw'], 'no.x'],
      [['no.x', '--queue', 'q', '--json'], 'no.x'],
      [['ok.x', '--match-replies'], '_INBOX.>'],
    ])('%j exits 4 and names the subject', async (args, subject) => {
      const {stdout, stderr, code} = await run(['sub', ...args, '-s', strict.url, '--user', 'a', '--password', 'b'])
      expect(stderr).toContain(`nats: error: not permitted to subscribe to "${subject}"`)
      expect({stdout, code}).toEqual({stdout: '', code: 4})
    })
  })
})
