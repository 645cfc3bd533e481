import {beforeAll, describe, expect, it} from 'vitest'
import {secretFile} from '../support/auth.ts'
import {type Authority, type Certificate, certificateAuthority, tlsConfig} from '../support/certs.ts'
import {run} from '../support/cli.ts'
import {freePorts, startServer, type TestServer} from '../support/server.ts'

type Servers = Record<'open' | 'tls' | 'mutual' | 'first' | 'wss' | 'elsewhere' | 'expired' | 'old', TestServer>
let servers: Servers
let wss: string
let [authority, stranger] = [] as unknown as [Authority, Authority]
let client: Certificate
let text: string

beforeAll(async () => {
  ;[authority, stranger] = await Promise.all([certificateAuthority(), certificateAuthority('Stranger')])
  client = await authority.issue('client')
  text = await secretFile('text.pem', 'nothing of interest\n')
  const certificate = await authority.issue('server')
  const [wssPort] = await freePorts(1)
  const {cert, key} = certificate
  const configs = {
    open: '',
    tls: tlsConfig(certificate),
    mutual: tlsConfig(certificate, {ca: authority.ca, verify: true}),
    first: tlsConfig(certificate, {first: true}),
    wss: `websocket { port: ${wssPort}, tls { cert_file: "${cert}", key_file: "${key}" } }\n`,
    elsewhere: tlsConfig(await authority.issue('other', {hosts: ['other.example', '10.1.2.3']})),
    expired: tlsConfig(await authority.issue('late', {expired: true})),
  }
  const start = async ([name, config]: [string, string]) => [name, await startServer({config})] as const
  servers = Object.fromEntries(await Promise.all(Object.entries(configs).map(start))) as Servers
  wss = `wss://localhost:${wssPort}`
})

const probe = (server: keyof Servers, args: string[], {scheme = 'nats', host = '127.0.0.1', env = {}} = {}) =>
  run(['pub', 'probe', '', '-q', '-s', `${scheme}://${host}:${servers[server].port}`, ...args], {env})

const accepted = {code: 0, stderr: ''}
const refused = (code: number, problem: string, hint: string) => ({
  code,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`: ${problem}\nnats: hint: ${hint}\n$`)),
})

describe('a server with TLS', () => {
  it('is trusted by its authority, whatever the scheme', async () => {
    const ca = ['--tlsca', authority.ca]
    expect(await probe('tls', ca)).toMatchObject(accepted)
    expect(await probe('tls', ca, {scheme: 'tls'})).toMatchObject(accepted)
    expect(await probe('tls', ca, {scheme: 'tls', host: 'localhost'})).toMatchObject(accepted)
    expect(await probe('tls', [], {env: {NATS_CA: authority.ca}})).toMatchObject(accepted)
  })

  it('is trusted when the system trusts its authority', async () => {
    expect(await probe('tls', [], {env: {SSL_CERT_FILE: authority.ca}})).toMatchObject(accepted)
    expect(await probe('tls', [], {env: {NODE_EXTRA_CA_CERTS: authority.ca}})).toMatchObject(accepted)
  })

  it('is not trusted otherwise', async () => {
    const unknown = 'the certificate of the server is signed by an unknown authority'
    expect(await probe('tls', [])).toMatchObject(refused(5, unknown, 'give the authority that signed it: --tlsca FILE'))
    expect(await probe('tls', ['--tlsca', stranger.ca])).toMatchObject(
      refused(5, unknown, '--tlsca is not the authority that signed it'),
    )
  })

  it('must have a certificate for the name or address it is reached by', async () => {
    const names = 'other.example, 10.1.2.3'
    for (const host of ['localhost', '127.0.0.1']) {
      expect(await probe('elsewhere', ['--tlsca', authority.ca], {host})).toMatchObject(
        refused(
          5,
          `the certificate is not for ${host}, but for ${names}`,
          'connect by a name that the certificate has',
        ),
      )
    }
  })

  it('must have a certificate that has not expired', async () => {
    expect(await probe('expired', ['--tlsca', authority.ca])).toMatchObject(
      refused(5, 'the certificate of the server has expired', 'it must be renewed on the server'),
    )
  })
})

describe('a server without TLS', () => {
  it('is refused when TLS is demanded', async () => {
    const none = 'the server offers no TLS'
    expect(await probe('open', [], {scheme: 'tls'})).toMatchObject(refused(5, none, 'the tls:// URL demands it; .*'))
    expect(await probe('open', ['--tlsca', authority.ca])).toMatchObject(refused(5, none, '--tlsca demands it; .*'))
  })
})

describe('TLS first', () => {
  it('is begun by the client', async () => {
    expect(await probe('first', ['--tlsca', authority.ca, '--tlsfirst'])).toMatchObject(accepted)
    expect(await probe('first', ['--tlsca', authority.ca, '--tls-first'])).toMatchObject(accepted)
  })

  it('is asked for when a server says nothing', async () => {
    expect(await probe('first', ['--tlsca', authority.ca, '--timeout', '500ms'])).toMatchObject(
      refused(6, 'it accepted the connection and said nothing within 0.5s \\(--timeout\\)', '.*needs --tlsfirst'),
    )
  })

  it('is refused by servers that speak first', async () => {
    for (const name of ['tls', 'open'] as const) {
      expect(await probe(name, ['--tlsca', authority.ca, '--tlsfirst'])).toMatchObject(
        refused(5, 'the server does not begin with TLS', 'leave out --tlsfirst'),
      )
    }
  })
})

describe('a client certificate', () => {
  const withCa = (...args: string[]) => probe('mutual', ['--tlsca', authority.ca, ...args])

  it('is presented to the server', async () => {
    expect(await withCa('--tlscert', client.cert, '--tlskey', client.key)).toMatchObject(accepted)
    const env = {NATS_CA: authority.ca, NATS_CERT: client.cert, NATS_KEY: client.key}
    expect(await probe('mutual', [], {env})).toMatchObject(accepted)
  })

  it('is asked for at once, not when the time is up', async () => {
    const began = Date.now()
    expect(await withCa('--timeout', '20s')).toMatchObject(
      refused(4, 'the server wants a client certificate', 'give --tlscert and --tlskey'),
    )
    expect(Date.now() - began).toBeLessThan(10_000)
  })

  it('of a stranger is refused', async () => {
    const theirs = await stranger.issue('client')
    expect(await withCa('--tlscert', theirs.cert, '--tlskey', theirs.key)).toMatchObject(
      refused(4, 'the server refuses the client certificate', 'check --tlscert: .*'),
    )
  })

  it('needs its own key, and a key its certificate', async () => {
    const misused = (text: string) => ({code: 2, stdout: '', stderr: expect.stringContaining(`nats: error: ${text}`)})
    const other = await authority.issue('other')
    expect(await withCa('--tlscert', client.cert)).toMatchObject(misused('--tlscert needs its key\n'))
    expect(await withCa('--tlskey', client.key)).toMatchObject(misused('--tlskey needs its certificate\n'))
    expect(await withCa('--tlscert', client.cert, '--tlskey', text)).toMatchObject(
      misused(`--tlskey: ${text} holds no private key`),
    )
    expect(await withCa('--tlscert', text, '--tlskey', client.key)).toMatchObject(
      misused(`--tlscert: ${text} holds no certificate\n`),
    )
    expect(await withCa('--tlscert', client.cert, '--tlskey', other.key)).toMatchObject(
      misused(`--tlskey: ${other.key} is not the key of the certificate\n`),
    )
  })
})

describe('the file of an authority', () => {
  it('must be there and be one', async () => {
    expect(await probe('tls', ['--tlsca', 'nofile.pem'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--tlsca: cannot read nofile.pem: there is no such file\n'),
    })
    expect(await probe('tls', ['--tlsca', text])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--tlsca: ${text} holds no certificate\n`),
    })
  })
})

describe('a websocket with TLS', () => {
  it('is checked like any other', async () => {
    expect(await run(['pub', 'probe', '', '-q', '-s', wss, '--tlsca', authority.ca])).toMatchObject(accepted)
    expect(await run(['pub', 'probe', '', '-q', '-s', wss])).toMatchObject(
      refused(5, 'the certificate of the server is signed by an unknown authority', 'give .* --tlsca FILE'),
    )
  })

  it('must be what the port speaks', async () => {
    expect(await run(['pub', 'probe', '', '-q', '-s', wss.replace('wss', 'ws')])).toMatchObject({code: 5})
    const plain = await startServer({config: `websocket { port: ${(await freePorts(1))[0]}, no_tls: true }\n`})
    expect(await run(['pub', 'probe', '', '-q', '-s', plain.websocketUrl!.replace('ws:', 'wss:')])).toMatchObject(
      refused(5, 'the server does not begin with TLS', 'use ws://'),
    )
    expect(await run(['pub', 'probe', '', '-q', '-s', servers.open.url.replace('nats:', 'ws:')])).toMatchObject(
      refused(5, 'it is not a websocket server', 'use nats:// .*'),
    )
  })
})
