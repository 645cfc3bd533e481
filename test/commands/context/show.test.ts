import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {nkeyAuth, operatorAuth, secretFile} from '../../support/auth.ts'
import {certificateAuthority, tlsConfig} from '../../support/certs.ts'
import {run} from '../../support/cli.ts'
import {startServer, type TestServer} from '../../support/server.ts'
import {Store} from './support.ts'

let server: TestServer
let guarded: TestServer

beforeAll(async () => {
  server = await startServer()
  guarded = await startServer({args: ['--user', 'u', '--pass', 'right']})
})

describe('context ls', () => {
  function filled(): Store {
    const store = new Store()
    store.put('one', '{"description": "first one", "password": "secret", "url": "nats://u:secret@h"}')
    store.put('a b', '{}')
    store.put('two', '{"description": "a:b\\n\\u001b[31mc"}')
    return store
  }

  test.each(['ls', 'list', 'l'])('%s draws a table with the selected context marked', async (word) => {
    const store = filled()
    await store.succeed(['select', 'one'])
    expect(await store.succeed([word])).toBe(
      [
        '╭────────────────────╮',
        '│   Known Contexts   │',
        '├──────┬─────────────┤',
        '│ Name │ Description │',
        '├──────┼─────────────┤',
        '│ a b  │             │',
        '│ one* │ first one   │',
        '│ two  │ a:b ␛[31mc  │',
        '╰──────┴─────────────╯',
        '',
      ].join('\n'),
    )
  })

  test('--names prints names, --completion names and descriptions', async () => {
    const store = filled()
    store.put('x:y', '{}')
    expect(await store.succeed(['ls', '--names'])).toBe('a b\none\ntwo\nx:y\n')
    expect(await store.succeed(['ls', '--completion'])).toBe('a b:\none:first one\ntwo:a:b ␛[31mc\nx\\:y:\n')
  })

  test('--json gives everything but secrets, and goes before --names', async () => {
    const store = filled()
    await store.succeed(['select', 'two'])
    for (const words of [
      ['ls', '--json'],
      ['ls', '-j', '--names'],
    ]) {
      const stdout = await store.succeed(words)
      expect(stdout).not.toContain('secret')
      const list = JSON.parse(stdout) as Array<Record<string, unknown>>
      expect(list.map(({name, selected}) => [name, selected])).toEqual([
        ['a b', false],
        ['one', false],
        ['two', true],
      ])
      expect(list[1]).toMatchObject({url: 'nats://u:***@h', password: '***', path: store.file('one')})
    }
  })

  test('an empty store, a home that is a file', async () => {
    const store = new Store()
    const home = join(store.home, 'file')
    writeFileSync(home, '')
    for (const options of [{}, {home}]) {
      expect(await store.succeed(['ls'], options)).toBe('No known contexts\n')
      expect(await store.succeed(['ls', '--names'], options)).toBe('')
      expect(await store.succeed(['ls', '--json'], options)).toBe('[]\n')
    }
  })

  test('tells of a broken context on stderr, and lists the others', async () => {
    const store = filled()
    store.put('broken', '{bad')
    const {stdout, stderr, code} = await store.context(['ls', '--names'])
    expect({stdout, code}).toEqual({stdout: 'a b\none\ntwo\n', code: 0})
    expect(stderr).toMatch(
      /^\d\d:\d\d:\d\d context "broken" can not be read: \/.*broken\.json, line 1, column 2: not JSON/,
    )
  })

  test('draws with --colors, else NATS_COLOR, else what the selected context says', async () => {
    const store = filled()
    store.put('three', '{"color_scheme": "double"}')
    expect(await store.succeed(['ls'])).toContain('╭')
    await store.succeed(['select', 'three'])
    expect(await store.succeed(['ls'])).toContain('╔')
    expect(await store.succeed(['ls'], {env: {NATS_COLOR: 'rounded'}})).toContain('╭')
    expect(await store.succeed(['ls', '--colors', 'double'], {env: {NATS_COLOR: 'rounded'}})).toContain('╔')
  })

  test('does not mind a NATS_CONTEXT that is not there', async () => {
    expect(await filled().succeed(['ls', '--names'], {env: {NATS_CONTEXT: 'nope'}})).toBe('a b\none\ntwo\n')
  })
})

describe('context info', () => {
  test.each(['info', 'show', 'v', 'view'])('%s shows the named context, or the selected one', async (word) => {
    const store = new Store()
    store.put('one', '{"url": "nats://h:1"}')
    const block =
      'NATS Configuration Context "one"\n\n  Server URLs: nats://h:1\n         Path: ~/.config/nats/context/one.json\n\n'
    expect(await store.succeed([word, 'one'])).toBe(block)
    await store.succeed(['select', 'one'])
    expect(await store.succeed([word])).toBe(block)
  })

  test('--json has the keys of the file in their order, secrets masked', async () => {
    const store = new Store()
    await store.succeed([
      'add',
      'prod',
      '--server',
      'nats://tok@h',
      '--password',
      's3cret',
      '--seed',
      'S3CRET',
      '--creds',
      '~/x',
    ])
    const stdout = await store.succeed(['info', 'prod', '--json'])
    expect(stdout).not.toMatch(/s3cret|tok@/i)
    const shown = JSON.parse(stdout)
    expect(Object.keys(shown)).toEqual(['name', ...Object.keys(store.saved('prod')), 'path', 'selected'])
    expect(shown).toMatchObject({url: 'nats://***@h', password: '***', user_seed: '***', creds: '~/x'})
    expect(await store.succeed(['info', 'prod'])).toContain('User Seed: * (ERROR)\n')
  })

  test.each([
    [[], 3, 'no context is selected and no name was given'],
    [['nope'], 3, 'context not found: "nope"'],
    [['a/b'], 2, 'not a context name'],
    [['broken'], 1, 'context "broken" can not be read'],
    [['list'], 1, 'not a JSON object'],
  ])('%j fails with %i', async (words, exitCode, told) => {
    const store = new Store()
    store.put('broken', '{"url": 1}')
    store.put('list', '[]')
    for (const json of [[], ['--json']]) {
      const {stdout, stderr, code} = await store.context(['info', ...words, ...json])
      expect({stdout, code}).toEqual({stdout: '', code: exitCode})
      expect(stderr).toContain(told)
    }
  })

  test('NATS_CONTEXT does not change what it shows, and it says so', async () => {
    const store = new Store()
    store.put('one', '{}')
    store.put('two', '{}')
    await store.succeed(['select', 'two'])
    const {stdout, stderr} = await store.context(['info'], {env: {NATS_CONTEXT: 'one'}})
    expect(stdout).toContain('Context "two"')
    expect(stderr).toContain('NATS_CONTEXT goes before the selected context: commands use "one"')
  })

  test('--connect tells whether it connects, with the settings of the context alone', async () => {
    const store = new Store()
    store.put('good', JSON.stringify({url: guarded.url, user: 'u', password: 'right'}))
    store.put('bad', JSON.stringify({url: guarded.url, user: 'u', password: 'wrong'}))
    store.put('dead', JSON.stringify({url: 'nats://127.0.0.1:1'}))
    const env = {NATS_URL: 'nats://127.0.0.1:1', NATS_PASSWORD: 'right', NATS_USER: 'u'}
    expect(await store.succeed(['info', 'good', '--connect'], {env})).toMatch(/Connection: OK\n\n$/)

    const refused = await store.context(['info', 'bad', '--connect', '--json'], {env})
    expect(JSON.parse(refused.stdout)).toMatchObject({name: 'bad', connection: {ok: false, exitCode: 4}})
    expect(refused.stderr).not.toContain('wrong')
    expect(refused.code).toBe(4)

    const dead = await store.context(['info', 'dead', '--connect'])
    expect(dead.stdout).toMatch(/ {3}Connection: .*127\.0\.0\.1:1/)
    expect(dead.stderr).toContain('nats context explain')
    expect(dead.code).toBe(5)
  })
})

describe('what --embed keeps', () => {
  test('connects without the files it came from: nkey, TLS', async () => {
    const {config, seed} = nkeyAuth()
    const {ca, issue} = await certificateAuthority()
    const {cert, key} = await issue('client')
    const tls = tlsConfig(await issue('server'), {ca, verify: true})
    const secure = await startServer({config: config + tls})
    const nkey = await secretFile('user.nk', seed)

    const store = new Store()
    const flags = ['--nkey', nkey, '--tlsca', ca, '--tlscert', cert, '--tlskey', key, '--embed']
    await store.succeed(['add', 'all', '-s', `tls://localhost:${secure.port}`, ...flags])
    for (const file of [nkey, ca, cert, key]) rmSync(file)
    expect(await store.succeed(['info', 'all', '--connect'])).toMatch(/Connection: OK\n/)
  })

  test('connects without the files it came from: credentials, a JWT and its seed', async () => {
    const {config, user} = operatorAuth()
    const {jwt, seed, creds} = user()
    const {url} = await startServer({config})
    const files = [await secretFile('u.jwt', jwt), await secretFile('u.seed', seed), await secretFile('u.creds', creds)]

    const store = new Store()
    await store.succeed(['add', 'jwt', '-s', url, '--jwt', files[0]!, '--seed', files[1]!, '--embed'])
    await store.succeed(['add', 'creds', '-s', url, '--creds', files[2]!, '--embed'])
    for (const file of files) rmSync(file)
    expect(await store.succeed(['validate', '--connect'])).toMatch(/Connection: OK\n.*Connection: OK\n/s)
    for (const words of [['ls', '--json'], ['validate'], ['info', 'jwt', '--json']]) {
      const stdout = await store.succeed(words)
      expect(stdout).not.toContain(seed)
      expect(stdout).not.toContain(Buffer.from(creds).toString('base64'))
    }
  })
})

describe('context validate', () => {
  test('passes when files are there', async () => {
    const store = new Store()
    writeFileSync(join(store.home, 'bob.creds'), operatorAuth().user().creds)
    store.put('ten', '{"creds": "./bob.creds"}')
    store.put('eight', '{"creds": "nsc://O/A/U", "nkey": "env://SEED"}')
    const stdout = await store.succeed(['validate'], {env: {SEED: 'x'}})
    expect(stdout).toContain('Credentials: ./bob.creds (OK)\n')
    expect(stdout).toContain('Credentials: nsc://O/A/U (nsc)\n         NKey: env://SEED (OK)\n')
    expect(await store.succeed(['validate', 'ten'])).not.toContain('eight')
  })

  test('fails when a file is missing or a context is broken, and checks the others all the same', async () => {
    const store = new Store()
    store.put('broken', '{bad')
    store.put('good', '{}')
    store.put('six', '{"creds": "./nofile.creds", "ca": "."}')
    const {stdout, stderr, code} = await store.context(['validate'])
    expect(stdout).toContain('Could not load broken: context "broken" can not be read')
    expect(stdout).toContain('Context "good"')
    expect(stdout).toContain('Credentials: ./nofile.creds (ERROR)\n')
    expect(stderr).toMatch(
      /^nats: error: validation failed\n {2}broken: .*\n {2}six: creds: \.\/nofile\.creds: there is no such file\n {2}six: ca: \.: it is no file\n$/,
    )
    expect(code).toBe(1)

    const json = await store.context(['validate', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject([
      {name: 'broken', valid: false, faults: [expect.stringContaining('not JSON')]},
      {name: 'good', valid: true, faults: []},
      {name: 'six', valid: false, faults: ['creds: ./nofile.creds: there is no such file', 'ca: .: it is no file']},
    ])
    expect(json.code).toBe(1)
  })

  test('fails for what no command could use', async () => {
    const store = new Store()
    writeFileSync(join(store.home, 'text'), 'text')
    const wrong = {
      ca: {ca: './text'},
      creds: {creds: './text'},
      inbox: {inbox_prefix: 'a b'},
      nkey: {nkey: './text'},
      port: {url: 'nats://localhost:0'},
      proxy: {socks_proxy: 'http://proxy'},
    }
    for (const [name, context] of Object.entries(wrong)) store.put(name, JSON.stringify(context))
    const {stdout, code} = await store.context(['validate', '--json'])
    expect(JSON.parse(stdout)).toMatchObject(
      Object.keys(wrong).map((name) => ({
        name,
        valid: false,
        faults: [expect.stringMatching(new RegExp(`^context "${name}" \\(\\w+\\): `))],
      })),
    )
    expect(code).toBe(1)
    expect((await store.context(['validate', 'port', '--connect'])).code).toBe(1)
  })

  test('of an unknown name is not found; an empty store is valid', async () => {
    const store = new Store()
    expect(await store.context(['validate', 'nope'])).toMatchObject({stdout: '', code: 3})
    expect(await store.succeed(['validate'])).toBe('No known contexts\n')
    expect(await store.succeed(['validate', '--json'])).toBe('[]\n')
  })

  test('--connect connects', async () => {
    const store = new Store()
    store.put('local', JSON.stringify({url: server.url}))
    store.put('bad', JSON.stringify({url: guarded.url, token: 'wrong'}))
    expect(await store.succeed(['validate', 'local', '--connect'])).toContain('Connection: OK')
    expect((await store.context(['validate', 'bad', '--connect'])).code).toBe(4)

    const all = await store.context(['validate', '--connect', '--json'])
    expect(JSON.parse(all.stdout)).toMatchObject([
      {name: 'bad', valid: false, connection: {ok: false}},
      {name: 'local', valid: true, connection: {ok: true}},
    ])
    expect(all.stdout + all.stderr).not.toContain('wrong')
    expect(all.code).toBe(1)
  })
})

test('context alone shows what there is to do, as a usage error', async () => {
  const {stdout, stderr, code} = await run(['context'])
  expect({stdout, code}).toEqual({stdout: '', code: 2})
  for (const word of ['add', 'copy', 'edit', 'ls', 'rm', 'select', 'unselect', 'info', 'validate', 'previous'])
    expect(stderr).toContain(word)
})
