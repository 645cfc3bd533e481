import type {NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {describe, expect, it, onTestFinished} from 'vitest'
import {closeConnection, type Hooks, openConnection} from '../../src/lib/connection/connect.ts'
import {resolveSettings} from '../../src/lib/connection/settings.ts'
import {operatorAuth, passwordAuth, secretFile} from '../support/auth.ts'
import {certificateAuthority, tlsConfig} from '../support/certs.ts'
import {run, start} from '../support/cli.ts'
import {startCluster, startServer} from '../support/server.ts'

const CLOCK = String.raw`\d\d:\d\d:\d\d`
const lines = (...patterns: string[]) => new RegExp(`^${patterns.map((line) => `${CLOCK} ${line}\n`).join('')}`)

/** Publishes once somebody listens: without that the server says at once that there is nobody. */
async function heard(url: string, subject: string, body: string): Promise<boolean> {
  const nc = await connect({servers: url})
  try {
    await nc.request(subject, body, {timeout: 50})
  } catch (error) {
    return !(error as Error & {isNoResponders?(): boolean}).isNoResponders?.()
  } finally {
    await nc.close()
  }
  return true
}

/** A connection of this process, with what its hooks were told. */
async function open(flags: Record<string, string>, hooks: Partial<Hooks> = {}) {
  const warnings: string[] = []
  const connection = await openConnection(resolveSettings(flags, {}), {warn: (text) => warnings.push(text), ...hooks})
  onTestFinished(() => closeConnection(connection))
  return {connection, warnings}
}

describe('a server that is killed and comes back while a command runs', () => {
  it('is told with the time it was away, and messages go on', async () => {
    const server = await startServer()
    const sub = start(['sub', 'news', '--raw', '--count', '2', '-s', server.url])
    await expect.poll(() => heard(server.url, 'news', 'one')).toBe(true)
    await server.kill()
    await sub.waitFor('stderr', />>> Disconnected due to: /)
    await server.restart()
    await sub.waitFor('stderr', />>> Reconnected/)
    await expect.poll(() => heard(server.url, 'news', 'two')).toBe(true)
    const {code, stdout, stderr} = await sub.done
    expect({code, stdout}).toEqual({code: 0, stdout: 'one\ntwo\n'})
    expect(stderr).toMatch(
      lines('>>> Disconnected due to: .+, will attempt reconnect', `>>> Reconnected to ${server.url} after [\\d.]+m?s`),
    )
  })

  it('is left for another of the list', async () => {
    const [first, second] = [await startServer(), await startServer()]
    const {connection, warnings} = await open({server: `${first.url},${second.url}`})
    const [here, there] = connection.getServer().endsWith(`${first.port}`) ? [first, second] : [second, first]
    await here.kill()
    await expect.poll(() => warnings, {timeout: 10_000}).toHaveLength(2)
    expect(warnings[1]).toMatch(new RegExp(`^>>> Reconnected to ${there.url} after `))
  })

  it('is remembered while it is away, with its limits', async () => {
    const server = await startServer({config: 'max_payload: 4096'})
    const {connection, warnings} = await open({server: server.url})
    await server.kill()
    await expect.poll(() => warnings).toHaveLength(1)
    expect(connection.info).toMatchObject({max_payload: 4096})
    await server.restart()
    await expect.poll(() => warnings, {timeout: 10_000}).toHaveLength(2)
    expect(connection.info).toMatchObject({max_payload: 4096})
  })

  it('is left for a server that only the cluster told of', async () => {
    const servers = await startCluster(3)
    const {connection, warnings} = await open({server: servers[0]!.url})
    await expect.poll(() => connection.getServers().length).toBe(3)
    await servers[0]!.kill()
    await expect.poll(() => warnings.at(-1), {timeout: 10_000}).toMatch(/^>>> Reconnected to /)
    expect(servers.slice(1).map(({url}) => url)).toContain(warnings.at(-1)!.split(' ')[3])
  })

  it('is spoken to with TLS again', async () => {
    const authority = await certificateAuthority()
    const server = await startServer({config: tlsConfig(await authority.issue('server'))})
    const url = server.url.replace('nats:', 'tls:')
    const {connection, warnings} = await open({server: url, tlsca: authority.ca})
    await server.restart()
    await expect.poll(() => warnings.at(-1), {timeout: 10_000}).toMatch(`>>> Reconnected to ${url} after `)
    await connection.flush()
  })
})

describe('a user who is no longer welcome', () => {
  it('ends the command with 4 when the credentials expire', async () => {
    const operator = operatorAuth()
    const server = await startServer({config: operator.config})
    const creds = await secretFile('brief.creds', operator.user('brief', {expiresIn: 3}).creds)
    const {code, stderr, stdout} = await run(['sub', 'x', '-s', server.url, '--creds', creds])
    expect(stderr).toMatch(/>>> Disconnected due to: User Authentication Expired, will attempt reconnect\n/)
    expect(stderr).toMatch(
      /nats: error: lost the connection to nats:\/\/[\d.:]+: .+: the server refuses credentials file \(--creds\)\n/,
    )
    expect({code, stdout}).toEqual({code: 4, stdout: ''})
  })

  it('ends the command with 4 when the server comes back with another password', async () => {
    const before = await startServer({config: passwordAuth([{user: 'app', password: 'old'}])})
    const sub = start(['sub', 'x', '-s', before.url, '--user', 'app', '--password', 'old'])
    await sub.waitFor('stderr', /Subscribing/)
    await before.kill()
    await startServer({port: before.port, config: passwordAuth([{user: 'app', password: 'new'}])})
    const {code, stderr} = await sub.done
    expect(code).toBe(4)
    expect(stderr).toContain('the server refuses user "app" (--user, --password)\n')
  })
})

describe('a command that is interrupted while the server is away', () => {
  it('ends within a second', async () => {
    const server = await startServer()
    const sub = start(['sub', 'x', '-s', server.url])
    await sub.waitFor('stderr', /Subscribing/)
    await server.kill()
    await sub.waitFor('stderr', />>> Disconnected/)
    const began = Date.now()
    sub.kill('SIGINT')
    const {code} = await sub.done
    expect(code).toBe(0)
    expect(Date.now() - began).toBeLessThan(1000)
  })
})

describe('a request whose server goes away', () => {
  it('takes no longer than --timeout', async () => {
    const server = await startServer()
    const nc = await connect({servers: server.url})
    nc.subscribe('silent')
    await nc.flush()
    const request = start(['request', 'silent', '', '--timeout', '2s', '-s', server.url])
    await request.waitFor('stderr', /Sending request/)
    const began = Date.now()
    await server.kill()
    await nc.close()
    const {code, stderr} = await request.done
    expect(code).toBe(6)
    expect(stderr).toMatch(/>>> Disconnected .*\nnats: error: no reply on "silent" within 2s\n/)
    expect(Date.now() - began).toBeLessThan(2700)
  })
})

describe('lame duck mode', () => {
  it('is told', async () => {
    const server = await startServer()
    const {warnings} = await open({server: server.url})
    process.kill(server.pid, 'SIGUSR2')
    await expect.poll(() => warnings).toContain(`>>> ${server.url} is shutting down (lame duck mode)`)
  })
})

describe('what is not permitted', () => {
  const config = passwordAuth([
    {user: 'app', password: 'pw', permissions: {publish: {deny: ['no.pub']}, subscribe: {deny: ['no.sub']}}},
  ])
  const login = {user: 'app', password: 'pw'}

  it('makes the flush after a publication fail', async () => {
    const server = await startServer({config})
    const {connection, warnings} = await open({server: server.url, ...login})
    connection.publish('yes', '')
    await connection.flush()
    connection.publish('no.pub', '')
    await expect(connection.flush()).rejects.toMatchObject({operation: 'publish', subject: 'no.pub'})
    await connection.flush()
    expect(warnings).toEqual([])
  })

  it('is warned of at once when nothing is flushed', async () => {
    const server = await startServer({config})
    const {connection, warnings} = await open({server: server.url, ...login})
    connection.publish('no.pub', '')
    await expect
      .poll(() => warnings)
      .toEqual([expect.stringContaining('>>> Not permitted: Permissions Violation for Publish')])
    await expect(connection.flush()).rejects.toMatchObject({subject: 'no.pub'})
  })

  it('fails a request once, and says nothing else', async () => {
    const server = await startServer({config})
    const {connection, warnings} = await open({server: server.url, ...login})
    const refused = {cause: expect.objectContaining({operation: 'publish', subject: 'no.pub'})}
    await expect(connection.request('no.pub', '')).rejects.toMatchObject(refused)
    await expect(connection.request('no.pub', '', {noMux: true, timeout: 1000})).rejects.toMatchObject(refused)
    await connection.flush()
    expect(warnings).toEqual([])
  })

  it('is not told as published, by publish and request', async () => {
    const server = await startServer({config})
    const args = ['-s', server.url, '--user', 'app', '--password', 'pw']
    const refused =
      'nats: error: not permitted to publish to "no.pub"\nnats: hint: ask for that permission, or use other credentials (--context, --creds, --user)\n'
    expect(await run(['pub', 'no.pub', 'x', ...args])).toMatchObject({code: 4, stdout: '', stderr: refused})
    const many = await run(['pub', 'no.pub', 'x', '--count', '3', ...args])
    expect(many).toMatchObject({code: 4, stdout: ''})
    expect(many.stderr).not.toContain('Published')
    const {code, stderr} = await run(['request', 'no.pub', 'x', ...args])
    expect(code).toBe(4)
    expect(stderr.endsWith(refused)).toBe(true)
  })

  it('ends a subscription with 4', async () => {
    const server = await startServer({config})
    const {code, stderr} = await run(['sub', 'no.sub', '-s', server.url, '--user', 'app', '--password', 'pw'])
    expect(code).toBe(4)
    expect(stderr).toContain('nats: error: not permitted to subscribe to "no.sub"\n')
  })
})

describe('a slow consumer', () => {
  it('is told', async () => {
    const server = await startServer()
    const {connection, warnings} = await open({server: server.url})
    connection.subscribe('fast', {slow: 5})
    for (let i = 0; i < 10; i++) connection.publish('fast')
    await connection.flush()
    expect(warnings).toEqual(['>>> Slow consumer: 6 messages of "fast" wait to be handled'])
  })
})

describe('a fault while a message is handled', () => {
  it('ends the connection with that fault, and prints nothing', async () => {
    const server = await startServer()
    let lost: Error | undefined
    const {connection} = await open({server: server.url}, {lost: (error) => (lost = error)})
    const fault = new TypeError('of our own')
    connection.subscribe('x', {
      callback() {
        throw fault
      },
    })
    connection.publish('x')
    await connection.closed()
    expect(lost).toBe(fault)
  })
})

describe('a connection', () => {
  const connz = async (httpUrl: string) => {
    const response = await fetch(`${httpUrl}/connz`)
    return ((await response.json()) as {connections: {name: string}[]}).connections
  }

  it.each([
    [[], /^NATS CLI Version \d+\.\d+\.\d+/],
    [['--connection-name', 'me'], /^me$/],
  ])('has a name: %j', async (args, name) => {
    const server = await startServer({http: true})
    const sub = start(['sub', 'x', '-s', server.url, ...args])
    await sub.waitFor('stderr', /Subscribing/)
    await expect
      .poll(async () => (await connz(server.httpUrl!)).map((one) => one.name))
      .toEqual([expect.stringMatching(name)])
  })

  it('has its own transport, also beside another kind of connection', async () => {
    const server = await startServer()
    const authority = await certificateAuthority()
    const secure = await startServer({config: tlsConfig(await authority.issue('server'))})
    const plain = await open({server: server.url})
    const encrypted = await open({server: secure.url, tlsca: authority.ca})
    await server.restart()
    await expect.poll(() => plain.warnings.at(-1), {timeout: 10_000}).toContain('>>> Reconnected')
    await Promise.all([plain, encrypted].map(({connection}) => (connection as NatsConnection).flush()))
  })
})
