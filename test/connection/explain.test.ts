import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {operatorAuth, passwordAuth, secretFile, systemAccountAuth} from '../support/auth.ts'
import {certificateAuthority, tlsConfig} from '../support/certs.ts'
import {run, temporaryFolder} from '../support/cli.ts'
import {freePorts, startLeafNode, startServer, type TestServer} from '../support/server.ts'
import {SERVERS, type ServerVersion} from '../support/servers.ts'
import {startSocksProxy} from '../support/socks.ts'

type Explained = {
  context: string | null
  settings: {setting: string; value: unknown; source: {from: string; name: string} | null}[]
  credentials: {server: string; sent: string[]; unused: string[]}[]
  servers?: {
    server: string
    ok: boolean
    steps: {step: string; status: string; duration: number; detail: object}[]
    failure?: object
  }[]
}

async function explain(args: string[], options = {}) {
  const result = await run(['context', 'explain', '--json', ...args], options)
  return {...result, explained: JSON.parse(result.stdout) as Explained}
}

const steps = ({servers}: Explained, index = 0) =>
  servers![index]!.steps.map(({step, status}) => (status === 'ok' ? step : `${step} ${status}`))

/** A home with a context, selected when it is called `selected`. */
function homeWith(name: string, context: object): string {
  const home = temporaryFolder('nats-home-')
  const folder = join(home, '.config', 'nats')
  mkdirSync(join(folder, 'context'), {recursive: true})
  writeFileSync(join(folder, 'context', `${name}.json`), JSON.stringify(context))
  if (name === 'selected') writeFileSync(join(folder, 'context.txt'), name)
  return home
}

describe('context explain', () => {
  it('shows each setting and where it comes from', async () => {
    const home = homeWith('selected', {url: 'nats://ctx:1', user: 'app', password: 'pw-ctx', inbox_prefix: 'my.inbox'})
    const env = {NATS_TIMEOUT: '2s', NATS_URL: 'nats://env:2'}
    const {code, stdout, stderr} = await run(['context', 'explain', '--password', 'pw-flag'], {home, env})
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toMatch(
      new RegExp(
        [
          '^Connection with context "selected"',
          '',
          ' +Server: nats://env:2 \\(NATS_URL\\)',
          ' +User: app \\(context "selected" \\(user\\)\\)',
          ' +Password: \\*\\*\\* \\(--password\\)',
          ' +TLS First: false \\(default\\)',
          ' +Timeout: 2s \\(NATS_TIMEOUT\\)',
          ' +Connection Name: NATS CLI Version \\S+ \\(default\\)',
          ' +Inbox Prefix: my.inbox \\(context "selected" \\(inbox_prefix\\)\\)',
          '',
          'Credentials:',
          '',
          ' +Sent: user "app" \\(context "selected" \\(user\\), --password\\)',
          '',
        ].join('\n'),
      ),
    )
  })

  it('explains the context that is named, the one in use, or none', async () => {
    const home = homeWith('other', {url: 'nats://other:1'})
    const context = async (args: string[], env = {}) => (await explain(args, {home, env})).explained.context
    expect(await context(['other'])).toBe('other')
    expect(await context(['--context', 'other'])).toBe('other')
    expect(await context([], {NATS_CONTEXT: 'other'})).toBe('other')
    expect(await context([], {})).toBeNull()
    expect(await context(['--no-context', '--context', 'other'])).toBeNull()
    expect(await run(['context', 'explain', 'nope'], {home})).toMatchObject({code: 3, stdout: ''})
  })

  it('lists every setting under --json', async () => {
    const {explained} = await explain([])
    expect(explained.settings.map(({setting}) => setting)).toMatchSnapshot()
    expect(explained.settings[0]).toEqual({
      setting: 'server',
      value: 'nats://127.0.0.1:4222',
      source: {from: 'default', name: 'default'},
    })
  })

  it('shows no secret', async () => {
    const user = operatorAuth().user()
    const secrets = {
      url: 'nats://u:url-pw@h',
      password: 'ctx-pw',
      token: 'ctx-tok',
      user_jwt: user.jwt,
      user_seed: user.seed,
    }
    const more = {
      nkey: `data:;base64,${btoa(user.seed)}`,
      creds: `data:;base64,${btoa(user.creds)}`,
      socks_proxy: 'socks5://a:proxy-pw@h:1',
    }
    const home = homeWith('selected', {...secrets, ...more})
    const flags = ['--token', 'flag-tok']
    const texts = [
      (await run(['context', 'explain', ...flags], {home})).stdout,
      (await run(['context', 'explain', '--json', ...flags], {home})).stdout,
    ]
    const hidden = [
      'url-pw',
      'ctx-pw',
      'ctx-tok',
      'flag-tok',
      'proxy-pw',
      user.jwt,
      user.seed,
      btoa(user.seed),
      btoa(user.creds),
    ]
    for (const text of texts) for (const secret of hidden) expect(text).not.toContain(secret)
    expect(texts[0]).toContain('Server: nats://u:***@h:4222 (context "selected" (url))')
    expect(texts[0]).toContain('SOCKS5 Proxy: socks5://***@h:1 (context "selected" (socks_proxy))')
    expect(texts[0]).toContain('NKey: embedded data (context "selected" (nkey))')
  })
})

describe('context explain --connect', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startServer({config: systemAccountAuth(), jetstream: true, name: 'S1'})
  })

  it('shows each step, and what was learnt', async () => {
    const login = ['--user', 'app', '--password', 'app']
    const url = server.url.replace('127.0.0.1', 'localhost')
    const {code, explained} = await explain(['-s', url, ...login, '--connect'])
    expect(code).toBe(0)
    expect(steps(explained)).toEqual(['resolve', 'connect', 'info', 'login', 'jetstream'])
    const [resolve, tcp, info, user, jetstream] = explained.servers![0]!.steps.map(({detail}) => detail)
    expect(resolve).toEqual({addresses: expect.arrayContaining(['127.0.0.1'])})
    expect(tcp).toEqual({address: `127.0.0.1:${server.port}`})
    expect(info).toMatchObject({name: 'S1', version: expect.stringMatching(/^2\./), max_payload: 1048576})
    expect(user).toEqual({user: 'app', account: 'APP', sent: 'user "app" (--user, --password)'})
    expect(jetstream).toMatchObject({streams: 0, storage: expect.stringMatching(/^0 B of /)})
    for (const {duration} of explained.servers![0]!.steps) expect(duration).toBeGreaterThan(0)
  })

  it('is a record for people', async () => {
    const {stdout} = await run([
      'context',
      'explain',
      '--connect',
      '-s',
      server.url,
      '--user',
      'app',
      '--password',
      'app',
    ])
    expect(stdout).toContain(`\n${server.url}:\n`)
    expect(stdout).toMatch(/ +Connect: ok in \S+, address 127.0.0.1:\d+\n/)
    expect(stdout).toMatch(/ +Server Info: ok in \S+, name S1, version \S+, maximum payload 1.0 MiB\n/)
    expect(stdout).toMatch(
      / +Authentication: ok in \S+, user app, account APP, sent user "app" \(--user, --password\)\n/,
    )
    expect(stdout).toMatch(/ +JetStream: ok in \S+, streams 0, storage 0 B of .*\n/)
  })

  it('fails like the step that failed', async () => {
    const {code, stderr, explained} = await explain([
      '-s',
      server.url,
      '--user',
      'app',
      '--password',
      'no',
      '--connect',
    ])
    expect(code).toBe(4)
    expect(steps(explained)).toEqual(['connect', 'info', 'login failed'])
    expect(explained.servers![0]!.failure).toMatchObject({
      exitCode: 4,
      problem: expect.stringContaining('refuses user "app"'),
    })
    expect(stderr).toContain(`nats: error: cannot connect to ${server.url}: Authorization Violation`)

    const [port] = await freePorts(1)
    const absent = await explain(['-s', `127.0.0.1:${port}`, '--connect'])
    expect([absent.code, steps(absent.explained)]).toEqual([5, ['connect failed']])
    const unknown = await explain(['-s', 'nosuch.invalid', '--connect'])
    expect([unknown.code, steps(unknown.explained)]).toEqual([5, ['resolve failed']])
  })

  it('fails with 9 when only some servers can be used', async () => {
    const [port] = await freePorts(1)
    const other = await startServer()
    const {code, explained, stderr} = await explain(['-s', `${other.url},nats://127.0.0.1:${port}`, '--connect'])
    expect(code).toBe(9)
    expect(explained.servers!.map(({ok}) => ok)).toEqual([true, false])
    expect(stderr).toContain(
      `nats: error: 1 of 2 servers cannot be used: nats://127.0.0.1:${port}: connection refused\n`,
    )
  })

  it('tells of a server without JetStream, which is a failure only when a domain was asked for', async () => {
    const plain = await startServer()
    const without = await explain(['-s', plain.url, '--connect'])
    expect([without.code, steps(without.explained).at(-1)]).toEqual([0, 'jetstream none'])
    const asked = await explain(['-s', plain.url, '--connect', '--js-domain', 'hub'])
    expect([asked.code, steps(asked.explained).at(-1)]).toEqual([7, 'jetstream failed'])
    expect(asked.stderr).toContain('no JetStream at $JS.hub.API: nothing answers there\n')
  })

  it('finds the JetStream of a domain', async () => {
    const {leaf} = await startLeafNode({jetstream: true})
    const {explained} = await explain(['-s', leaf.url, '--connect', '--domain', 'hub'])
    expect(explained.servers![0]!.steps.at(-1)).toMatchObject({status: 'ok', detail: {domain: 'hub'}})
  })

  it('shows TLS, websocket and proxy as steps', async () => {
    const authority = await certificateAuthority('Our CA')
    const {cert, key} = await authority.issue('our server')
    const [port] = await freePorts(1)
    const websocket = `websocket { port: ${port}, tls { cert_file: "${cert}", key_file: "${key}" } }`
    const secure = await startServer({config: `${tlsConfig({cert, key})}\n${websocket}`})
    const proxy = await startSocksProxy()
    const via = ['--tlsca', authority.ca, '--socks-proxy', `socks5://127.0.0.1:${proxy.port}`, '--connect']

    const tcp = await explain(['-s', secure.url, ...via])
    expect(steps(tcp.explained)).toEqual(['proxy', 'info', 'tls', 'login', 'jetstream none'])
    const web = await explain(['-s', `wss://localhost:${port}`, ...via])
    expect(steps(web.explained)).toEqual(['proxy', 'tls', 'websocket', 'info', 'login', 'jetstream none'])
    expect(tcp.explained.servers![0]!.steps[2]!.detail).toEqual({
      protocol: 'TLSv1.3',
      subject: 'our server',
      names: expect.stringContaining('localhost'),
      issuer: 'Our CA',
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    })

    const untrusted = await explain(['-s', secure.url, '--connect'])
    expect([untrusted.code, steps(untrusted.explained)]).toEqual([5, ['connect', 'info', 'tls failed']])
  })

  it('shows the settings also when a file cannot be read', async () => {
    const {code, explained, stderr} = await explain(['--creds', 'no.creds', '--connect'])
    expect(code).toBe(2)
    expect(stderr).toBe('nats: error: --creds: cannot read no.creds: there is no such file\n')
    expect(explained.credentials[0]!.sent).toEqual(['credentials file (--creds)'])
  })

  it.each(Object.keys(SERVERS) as ServerVersion[])('works with a server of version %s', async (version) => {
    const config = passwordAuth([{user: 'app', password: 'pw'}])
    const old = await startServer({version, config, jetstream: true})
    const creds = await secretFile('unused.creds', operatorAuth().user().creds)
    const args = ['-s', old.url, '--user', 'app', '--password', 'pw', '--creds', creds, '--connect']
    const {code, explained} = await explain(args)
    expect(code).toBe(0)
    expect(steps(explained)).toEqual(['connect', 'info', 'login', 'jetstream'])
    expect(explained.credentials[0]!.unused).toEqual(['--creds: a user and a password go first'])
  })
})
