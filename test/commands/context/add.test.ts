import {existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {startServer, type TestServer} from '../../support/server.ts'
import {Store} from './support.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer()
})

describe('context add', () => {
  test('saves what is given and shows it', async () => {
    const store = new Store()
    const stdout = await store.succeed([
      'add',
      'one',
      '--server',
      'nats://127.0.0.1:14222',
      '--description',
      'first one',
    ])
    expect(stdout).toBe(
      [
        'NATS Configuration Context "one"',
        '',
        '  Description: first one',
        '  Server URLs: nats://127.0.0.1:14222',
        '         Path: ~/.config/nats/context/one.json',
        '',
        '',
      ].join('\n'),
    )
    expect(readFileSync(store.file('one'), 'utf8')).toMatch(/^\{\n {2}"description": "first one",\n.*\n\}$/s)
    expect(readdirSync(store.folder)).toEqual(['context'])
  })

  test.each(['create', 'save'])('is also %s', async (alias) => {
    const store = new Store()
    await store.succeed([alias, 'one', '--user', 'u', '--password', 'p'])
    expect(store.saved('one')).toMatchObject({user: 'u', password: 'p'})
  })

  test('saves every connection flag under its key', async () => {
    const store = new Store()
    writeFileSync(join(store.home, 'there'), 'x')
    const stdout = await store.succeed([
      ...['add', 'all', '-s', 'nats://u:secret@a:1,b', '--user', 'u', '--password', 'secret1', '--token', 'secret2'],
      ...['--creds', 'there', '--nkey', 'file://nowhere', '--jwt', './a.jwt', '--seed', './a.seed'],
      ...['--tlscert', 'there', '--tlskey', '~/there', '--tlsca', 'nowhere', '--tls-first'],
      ...['--socks-proxy', 'socks5://u:secret@h:1', '--js-api-prefix', 'api.x', '--js-event-prefix', 'ev.x'],
      ...['--domain', 'hub', '--inbox-prefix', 'my.inbox', '--colors', 'blue', '--timeout', '2s'],
      ...['--connection-name', 'cn'],
    ])
    expect(store.saved('all')).toEqual({
      description: '',
      url: 'nats://u:secret@a:1,b',
      socks_proxy: 'socks5://u:secret@h:1',
      token: 'secret2',
      user: 'u',
      password: 'secret1',
      creds: 'there',
      nkey: 'file://nowhere',
      cert: 'there',
      key: '~/there',
      ca: 'nowhere',
      nsc: '',
      jetstream_domain: 'hub',
      jetstream_api_prefix: 'api.x',
      jetstream_event_prefix: 'ev.x',
      inbox_prefix: 'my.inbox',
      user_jwt: './a.jwt',
      user_seed: './a.seed',
      color_scheme: 'blue',
      tls_first: true,
      windows_cert_store: '',
      windows_cert_match_by: '',
      windows_cert_match: '',
      windows_ca_certs_match: null,
    })
    expect(stdout).not.toContain('secret')
    expect(stdout.split('\n').slice(2, -2)).toEqual([
      '      Server URLs: nats://u:***@a:1,b',
      '     SOCKS5 Proxy: socks5://u:***@h:1',
      '         Username: u',
      '         Password: *',
      '            Token: *',
      '      Credentials: there (OK)',
      '             NKey: file://nowhere (ERROR)',
      '         User JWT: ./a.jwt (ERROR)',
      '        User Seed: ./a.seed (ERROR)',
      '      Certificate: there (OK)',
      '              Key: ~/there (OK)',
      '               CA: nowhere (ERROR)',
      '        TLS First: true',
      '    JS API Prefix: api.x',
      '  JS Event Prefix: ev.x',
      '        JS Domain: hub',
      '     Inbox Prefix: my.inbox',
      '             Path: ~/.config/nats/context/all.json',
      '     Color Scheme: blue',
    ])
  })

  test('keeps what an existing context has and is not given anew, unknown keys too', async () => {
    const store = new Store()
    store.put('one', '{"url": "nats://h:1", "user": "bob", "password": "x", "future": {"b": 1}, "tls_first": true}')
    await store.succeed(['add', 'one', '--password', 'y', '--no-tlsfirst'])
    expect(store.saved('one')).toMatchObject({
      url: 'nats://h:1',
      user: 'bob',
      password: 'y',
      future: {b: 1},
      tls_first: false,
    })
    await store.succeed(['add', 'one', '--user', 'eve', '--server', ''])
    expect(store.saved('one')).toMatchObject({url: '', user: 'eve', password: 'y'})
  })

  test('does not pin a server that was not given', async () => {
    const store = new Store()
    expect(await store.succeed(['add', 'four'])).toContain('  Server URLs: nats://127.0.0.1:4222 (default)\n')
    expect(store.saved('four')).toMatchObject({url: ''})
  })

  test('saves a user without a password as a token', async () => {
    const store = new Store()
    expect(await store.succeed(['add', 'tk', '--user', 'tok'])).toContain('Token: *\n')
    expect(store.saved('tk')).toMatchObject({user: '', token: 'tok'})
  })

  test('saves the environment, says so, and lets a flag go first', async () => {
    const store = new Store()
    const env = {NATS_URL: 'nats://h:1', NATS_TOKEN: 'tok', NATS_CREDS: '', NATS_NKEY: 'n', NATS_CONTEXT: 'nope'}
    const {stdout, stderr, code} = await store.context(['add', 'env', '--nkey', 'other', '--json'], {env})
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d WARNING: taken from the environment and saved: NATS_URL, NATS_TOKEN\n$/)
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'env',
      url: 'nats://h:1',
      token: '***',
      nkey: 'other',
      selected: false,
    })
    expect(store.saved('env')).toMatchObject({url: 'nats://h:1', token: 'tok', nkey: 'other', creds: ''})
    expect(code).toBe(0)
  })

  test('--embed keeps the contents of files', async () => {
    const store = new Store()
    writeFileSync(join(store.home, 'user.nk'), 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n')
    writeFileSync(join(store.home, 'ca.pem'), Buffer.from([0, 255, 10]))
    writeFileSync(join(store.home, 'a.jwt'), 'eyJh.eyJi.c\n')
    const words = [
      'add',
      'nine',
      '--nkey',
      './user.nk',
      '--tlsca',
      '~/ca.pem',
      '--jwt',
      'a.jwt',
      '--creds',
      'nsc://O/A/U',
    ]
    const stdout = await store.succeed([...words, '--embed'])
    expect(stdout).toContain('NKey: embedded data\n')
    expect(stdout).toContain('Credentials: nsc://O/A/U (nsc)\n')
    expect(stdout).toContain('User JWT: embedded data\n')
    expect(store.saved('nine')).toMatchObject({
      nkey: 'data:;base64,U1VBQ1NTTDNVQUhVRFhLRlNOVlVaUkY1VUhQTVdaNkJGRFRKN002VVNEWElFRE5QUFFZWVlDVTNWWQo=',
      ca: 'data:;base64,AP8K',
      user_jwt: 'eyJh.eyJi.c',
      creds: 'nsc://O/A/U',
    })
    const json = await store.succeed(['info', 'nine', '--json'])
    expect(JSON.parse(json)).toMatchObject({nkey: '***', user_jwt: '***', ca: '***', creds: 'nsc://O/A/U'})
  })

  test('--embed of a file that is missing saves nothing', async () => {
    const store = new Store()
    const result = await store.context(['add', 'eight', '--creds', './nofile', '--embed'])
    expect(result).toMatchObject({
      stdout: '',
      stderr: 'nats: error: --embed: can not read creds: ./nofile: there is no such file\n',
      code: 2,
    })
    expect(existsSync(store.file('eight'))).toBe(false)
  })

  test('--select selects it, and tries to connect', async () => {
    const store = new Store()
    expect(await store.succeed(['add', 'two', '--server', server.url, '--select'])).toMatch(/ {3}Connection: OK\n\n$/)
    expect(store.selected()).toBe('two')

    const {stdout, code} = await store.context(['add', 'dead', '--server', '127.0.0.1:1', '--select', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({name: 'dead', selected: true, connection: {ok: false, exitCode: 5}})
    expect(code).toBe(0)
    expect(store.selected()).toBe('dead')
  })

  test.each([
    [['add'], "required argument 'name' not provided"],
    [['add', '../up'], 'not a context name: "../up" contains ".."'],
    [['add', 'a/b'], 'not a context name: "a/b" contains a slash'],
    [['add', ''], 'not a context name: "" is empty'],
    [['add', 'bad', '--server', '::bad::'], '--server'],
    [['add', 'bad', '--colors', 'pink'], 'Expected --colors=pink'],
    [['add', 'bad', '--embeded'], "unknown flag '--embeded'"],
    [['add', 'one', 'two'], 'unexpected argument "two"'],
  ])('%j is refused, and saves nothing', async (words, told) => {
    const store = new Store()
    const {stdout, stderr, code} = await store.context(words)
    expect({stdout, code}).toEqual({stdout: '', code: 2})
    expect(stderr).toContain(`nats: error: ${told}`)
    expect(existsSync(store.folder)).toBe(false)
  })

  test('a store that can not be written is told with its place', async () => {
    const store = new Store()
    writeFileSync(join(store.home, '.config'), '')
    const {stdout, stderr, code} = await store.context(['add', 'one'])
    expect({stdout, code}).toEqual({stdout: '', code: 1})
    expect(stderr).toMatch(
      /error: can not save context "one": ENOTDIR.*\nnats: hint: contexts are kept in .*XDG_CONFIG_HOME/,
    )
  })

  test('XDG_CONFIG_HOME says where the store is, also relative to the folder one is in', async () => {
    const store = new Store()
    expect(await store.succeed(['add', 'xd'], {env: {XDG_CONFIG_HOME: './xdg'}})).toContain(
      'Path: xdg/nats/context/xd.json',
    )
    const env = {XDG_CONFIG_HOME: join(store.home, 'xdg')}
    expect(await store.succeed(['info', 'xd'], {env})).toContain('Path: ~/xdg/nats/context/xd.json')
  })

  test('a symbolic link to a context stays one', async () => {
    const store = new Store()
    store.put('real', '{"url": "nats://h:1"}')
    symlinkSync('real.json', store.file('link'))
    await store.succeed(['add', 'link', '--description', 'd'])
    expect(store.saved('real')).toMatchObject({url: 'nats://h:1', description: 'd'})
  })

  test('two at once keep the fields of both', async () => {
    const store = new Store()
    const flags = ['token', 'password', 'creds', 'nkey', 'js-domain', 'inbox-prefix']
    await Promise.all(flags.map((flag) => store.succeed(['add', 'one', `--${flag}`, flag])))
    const {token, password, creds, nkey, jetstream_domain, inbox_prefix} = store.saved('one')
    expect([token, password, creds, nkey, jetstream_domain, inbox_prefix]).toEqual(flags)
  })
})

describe('context copy', () => {
  test('copies, with changes', async () => {
    const store = new Store()
    store.put('prod', '{"url": "nats://h:1", "description": "d", "future": 1}')
    await store.succeed([
      'copy',
      'prod',
      'staging',
      '--server',
      'nats://staging.example.net',
      '--description',
      'staging',
    ])
    expect(store.saved('staging')).toMatchObject({url: 'nats://staging.example.net', description: 'staging', future: 1})
    expect(store.saved('prod')).toEqual({url: 'nats://h:1', description: 'd', future: 1})
  })

  test('is also cp, and can select the copy', async () => {
    const store = new Store()
    store.put('one', JSON.stringify({url: server.url}))
    expect(await store.succeed(['cp', 'one', 'two', '--select'])).toContain('Connection: OK')
    expect(store.selected()).toBe('two')
  })

  test.each([
    [['cp', 'one'], 2, "required argument 'name' not provided"],
    [['cp', 'nope', 'x'], 3, 'context not found: "nope"'],
    [['cp', 'one', 'two'], 8, 'context "two" exists already'],
    [['cp', 'one', '.x'], 2, 'not a context name'],
  ])('%j fails with %i', async (words, exitCode, told) => {
    const store = new Store()
    store.put('one', '{"user": "a"}')
    store.put('two', '{"user": "b"}')
    const {stdout, stderr, code} = await store.context(words)
    expect({stdout, code}).toEqual({stdout: '', code: exitCode})
    expect(stderr).toContain(told)
    expect(store.saved('two')).toEqual({user: 'b'})
    expect(readdirSync(join(store.folder, 'context'))).toEqual(['one.json', 'two.json'])
  })
})
