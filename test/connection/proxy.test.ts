import {beforeAll, describe, expect, it} from 'vitest'
import {certificateAuthority, tlsConfig} from '../support/certs.ts'
import {run} from '../support/cli.ts'
import {freePorts, startServer, type TestServer} from '../support/server.ts'
import {type SocksProxy, startSocksProxy} from '../support/socks.ts'

let server: TestServer
let proxy: SocksProxy

beforeAll(async () => {
  const [websocketPort] = await freePorts(1)
  ;[server, proxy] = await Promise.all([
    startServer({config: `websocket { port: ${websocketPort}, no_tls: true }\n`}),
    startSocksProxy(),
  ])
})

const probe = (url: string, socks: string, ...args: string[]) =>
  run(['pub', 'probe', '', '-q', '-s', url, '--socks-proxy', socks, ...args])
const by = ({port}: SocksProxy) => `socks5://127.0.0.1:${port}`

describe('a SOCKS5 proxy', () => {
  it('relays the connection, and resolves the name of the server', async () => {
    expect(await probe(`localhost:${server.port}`, by(proxy))).toMatchObject({code: 0, stderr: ''})
    expect(proxy.asked).toContain(`localhost:${server.port}`)
  })

  it('is taken from its variable', async () => {
    const env = {NATS_SOCKS_PROXY: by(proxy)}
    const before = proxy.asked.length
    expect(await run(['pub', 'probe', '', '-q', '-s', `127.0.0.1:${server.port}`], {env})).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(proxy.asked.slice(before)).toEqual([`127.0.0.1:${server.port}`])
  })

  it('relays TLS and websockets', async () => {
    const authority = await certificateAuthority()
    const secure = await startServer({config: tlsConfig(await authority.issue('server'))})
    const tls = await probe(`tls://localhost:${secure.port}`, by(proxy), '--tlsca', authority.ca)
    expect(tls).toMatchObject({code: 0, stderr: ''})
    expect(await probe(server.websocketUrl!, by(proxy))).toMatchObject({code: 0, stderr: ''})
  })

  it('is given its user and password', async () => {
    const locked = await startSocksProxy({user: 'me', password: 'p@ss'})
    const url = `127.0.0.1:${server.port}`
    expect(await probe(url, `socks5://me:p%40ss@127.0.0.1:${locked.port}`)).toMatchObject({code: 0, stderr: ''})
    const wrong = await probe(url, `socks5://me:wrongpw@127.0.0.1:${locked.port}`)
    expect(wrong.code).toBe(4)
    expect(wrong.stderr).toContain('the SOCKS5 proxy refuses the user\n')
    expect(wrong.stderr).not.toContain('wrongpw')
    expect(await probe(url, by(locked))).toMatchObject({code: 4})
  })
})

describe('a SOCKS5 proxy that cannot be used', () => {
  it('is told apart from the server', async () => {
    const [free] = await freePorts(1)
    const absent = await probe(`127.0.0.1:${server.port}`, `socks5://127.0.0.1:${free}`)
    expect(absent).toMatchObject({code: 5})
    expect(absent.stderr).toContain('the SOCKS5 proxy cannot be used: nothing listens at its address\n')

    const beyond = await probe(`127.0.0.1:${free}`, by(proxy))
    expect(beyond).toMatchObject({code: 5})
    expect(beyond.stderr).toContain('the SOCKS5 proxy cannot connect to 127.0.0.1: ')
  })

  it('is not waited for longer than --timeout', async () => {
    const silent = await startSocksProxy({silent: true})
    const {code, stderr} = await probe(`127.0.0.1:${server.port}`, by(silent), '--timeout', '300ms')
    expect(code).toBe(6)
    expect(stderr).toContain('the SOCKS5 proxy did not answer within 0.3s')
  })

  it.each(['bad', 'http://127.0.0.1:1', 'socks5://'])('is refused when it is none: %s', async (url) => {
    const {code, stderr} = await probe('127.0.0.1:1', url)
    expect(code).toBe(2)
    expect(stderr).toContain(`--socks-proxy: "${url}" is not a SOCKS5 proxy\n`)
  })
})
