import {createServer, type Server} from 'node:net'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {passwordAuth} from '../support/auth.ts'
import {run} from '../support/cli.ts'
import {freePorts, startServer, type TestServer} from '../support/server.ts'
import {SERVERS, type ServerVersion} from '../support/servers.ts'

let open: TestServer
let locked: TestServer
let dead: string

beforeAll(async () => {
  const [port] = await freePorts(1)
  dead = `nats://127.0.0.1:${port}`
  const users = [{user: 'user', password: 'pass'}]
  ;[open, locked] = await Promise.all([startServer(), startServer({config: passwordAuth(users)})])
})

const address = ({port}: TestServer) => `127.0.0.1:${port}`
const probe = (server: string, ...args: string[]) => run(['pub', 'probe', '', '-q', '--server', server, ...args])

describe('a server', () => {
  it.each(['nats://127.0.0.1', '127.0.0.1', 'localhost', 'nats://localhost', 'http://127.0.0.1'])(
    'is found as %s:PORT',
    async (host) => {
      expect(await probe(`${host}:${open.port}`)).toMatchObject({code: 0, stderr: ''})
    },
  )

  it('is found by an IPv6 address', async () => {
    const six = await startServer({args: ['--addr', '::1']})
    expect(await probe(`nats://[::1]:${six.port}`)).toMatchObject({code: 0, stderr: ''})
  })

  it('is the same before and after the command, by variable, and by context', async () => {
    const before = await run(['--server', address(open), 'pub', 'probe', '', '-q'])
    const byVariable = await run(['pub', 'probe', '', '-q'], {env: {NATS_URL: address(open)}})
    const flagFirst = await run(['pub', 'probe', '', '-q', '-s', address(open)], {env: {NATS_URL: dead}})
    expect([before.code, byVariable.code, flagFirst.code]).toEqual([0, 0, 0])
  })

  it.each(Object.keys(SERVERS) as ServerVersion[])('may be of version %s', async (version) => {
    const server = await startServer({version, config: passwordAuth([{user: 'user', password: 'pass'}])})
    expect(await probe(`nats://user:pass@127.0.0.1:${server.port}`)).toMatchObject({code: 0, stderr: ''})
    expect(await probe(`nats://user:bad@127.0.0.1:${server.port}`)).toMatchObject({code: 4})
  })
})

describe('a list of servers', () => {
  it('connects to the one that is there', async () => {
    expect(await probe(`${dead}, nats://${address(open)}`)).toMatchObject({code: 0, stderr: ''})
    const byVariable = await run(['pub', 'probe', '', '-q'], {env: {NATS_URL: `${address(open)},${dead}`}})
    expect(byVariable).toMatchObject({code: 0, stderr: ''})
  })

  it('goes on when a server refuses the credentials, whichever comes first', async () => {
    const codes = await Promise.all(
      [1, 2, 3, 4].map(async () => (await probe(`${address(locked)},${address(open)}`)).code),
    )
    expect(codes).toEqual([0, 0, 0, 0])
  })

  it('presents to each server what its own URL has', async () => {
    const other = await startServer({config: passwordAuth([{user: 'other', password: 'secret'}])})
    await locked.stop()
    const list = `nats://user:pass@${address(locked)},nats://other:secret@${address(other)}`
    const result = await probe(list)
    await locked.restart()
    expect(result).toMatchObject({code: 0, stderr: ''})
  })

  it('fails naming each server and its cause', async () => {
    const {code, stderr, stdout} = await probe(`${dead},nats://${address(locked)},nosuch.invalid`)
    expect(code).toBe(4)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^nats: error: none of 3 servers could be used\n/)
    expect(stderr).toContain(`  ${dead}: connection refused\n`)
    expect(stderr).toContain(
      `  nats://${address(locked)}: Authorization Violation: the server wants credentials, none were sent\n`,
    )
    expect(stderr).toContain('  nats://nosuch.invalid:4222: no such host: nosuch.invalid\n')
  })
})

describe('no connection', () => {
  it('when nothing listens', async () => {
    expect(await probe(dead)).toMatchObject({
      code: 5,
      stdout: '',
      stderr: `nats: error: cannot connect to ${dead}: connection refused\nnats: hint: nothing listens there; start a server, or try one: nats server run --port ${new URL(dead).port}\n`,
    })
  })

  it('when the name is unknown', async () => {
    const {code, stderr} = await probe('nosuch.invalid')
    expect(code).toBe(5)
    expect(stderr).toContain('cannot connect to nats://nosuch.invalid:4222: no such host: nosuch.invalid\n')
  })

  it.each([
    ['--server', {args: ['-s', 'nats://127.0.0.1:99999'], env: {}}],
    ['NATS_URL', {args: [], env: {NATS_URL: 'nats://127.0.0.1:99999'}}],
  ])('when %s has no valid port', async (name, {args, env}) => {
    const {code, stderr} = await run(['pub', 'probe', '', '-q', ...args], {env})
    expect(code).toBe(2)
    expect(stderr).toContain(`nats: error: ${name}: "nats://127.0.0.1:99999" has no valid port\n`)
  })
})

describe('a listener that accepts and says nothing', () => {
  let silent: Server
  let url: string

  beforeAll(async () => {
    silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    url = `nats://127.0.0.1:${(silent.address() as {port: number}).port}`
  })
  afterAll(() => silent.close())

  it.each([
    ['300ms', 300],
    ['6s', 6000],
  ])('is waited for as long as --timeout %s says', async (limit, milliseconds) => {
    const began = Date.now()
    const {code, stderr} = await probe(url, '--timeout', limit)
    const took = Date.now() - began
    expect(code).toBe(6)
    expect(stderr).toContain(`it accepted the connection and said nothing within ${milliseconds / 1000}s (--timeout)`)
    expect(took).toBeGreaterThanOrEqual(milliseconds)
    expect(took).toBeLessThan(milliseconds + 3000)
  })

  it('does not keep a list from the server that answers', async () => {
    expect(await probe(`${url},${address(open)}`, '--timeout', '300ms')).toMatchObject({code: 0, stderr: ''})
  })

  it('does not hang a websocket client either', async () => {
    const {code, stderr} = await probe(url.replace('nats:', 'ws:'), '--timeout', '300ms')
    expect(code).toBe(6)
    expect(stderr).toContain('within 0.3s')
  })
})

describe('something that is no NATS server', () => {
  it.each([
    ['hangs up', (socket: {end(): void}) => socket.end()],
    ['speaks another protocol', (socket: {end(text: string): void}) => socket.end('220 mail.example ESMTP\r\n')],
  ])('is told as such when it %s', async (_, answer) => {
    const other = createServer(answer)
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const {code, stderr} = await probe(`127.0.0.1:${(other.address() as {port: number}).port}`)
    other.close()
    expect(code).toBe(5)
    expect(stderr).toContain('it does not speak like a NATS server')
  })
})

describe('a full server', () => {
  it('is told as such at once', async () => {
    const full = await startServer({config: 'max_connections: 1\n'})
    const guest = await connect({servers: address(full)})
    const {code, stderr} = await probe(address(full))
    await guest.close()
    expect(code).toBe(5)
    expect(stderr).toContain('maximum connections exceeded')
  })
})
