import {chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {type OperatorAuth, operatorAuth, passwordAuth, secretFile, tokenAuth} from '../support/auth.ts'
import {run, temporaryFolder} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'

let password: TestServer
let token: TestServer
let open: TestServer
let operated: TestServer
const operator: OperatorAuth = operatorAuth()
let creds: string

beforeAll(async () => {
  const configs = [passwordAuth([{user: 'user', password: 'pass'}]), tokenAuth('s3cret'), '', operator.config]
  const started = configs.map((config) => startServer({config}))
  ;[password, token, open, operated] = (await Promise.all(started)) as [TestServer, TestServer, TestServer, TestServer]
  creds = await secretFile('bob.creds', operator.user('bob').creds)
})

/** Publishes in a home that has these contexts, of which `selected` is selected. */
async function publish(args: string[], contexts: object, {env = {}, selected = ''} = {}) {
  const home = temporaryFolder('nats-home-')
  const folder = join(home, '.config', 'nats')
  mkdirSync(join(folder, 'context'), {recursive: true})
  for (const [name, context] of Object.entries(contexts)) {
    writeFileSync(join(folder, 'context', `${name}.json`), JSON.stringify(context))
  }
  if (selected) writeFileSync(join(folder, 'context.txt'), selected)
  return run(['pub', 'x', 'y', ...args], {home, env})
}

const code = async (...args: Parameters<typeof publish>) => (await publish(...args)).code

describe('the context that is used', () => {
  it('is that of the flag, the variable, or the selected one', async () => {
    const contexts = {open: {url: open.url}, locked: {url: password.url}}
    expect(await code(['--context', 'open'], contexts)).toBe(0)
    expect(await code([], contexts, {env: {NATS_CONTEXT: 'open'}})).toBe(0)
    expect(await code([], contexts, {selected: 'open'})).toBe(0)
    expect(await code(['--context', 'open'], contexts, {env: {NATS_CONTEXT: 'locked'}, selected: 'locked'})).toBe(0)
    expect(await code([], contexts, {env: {NATS_CONTEXT: 'open'}, selected: 'locked'})).toBe(0)
    expect(await code([], contexts, {selected: 'locked'})).toBe(4)
  })

  it('is none with --no-context, whatever else is given', async () => {
    const contexts = {locked: {url: password.url}}
    const args = ['--no-context', '--context', 'locked', '-s', open.url]
    expect(await code(args, contexts, {selected: 'locked', env: {NATS_CONTEXT: 'locked'}})).toBe(0)
  })

  it('must exist, also when it is not needed', async () => {
    for (const [args, env] of [
      [['--context', 'nope'], {}],
      [[], {NATS_CONTEXT: 'nope'}],
      [['--context', 'nope', '-s', open.url], {}],
    ] as const) {
      const {code, stdout, stderr} = await publish([...args], {known: {}}, {env})
      expect({code, stdout}).toEqual({code: 3, stdout: ''})
      expect(stderr).toBe('nats: error: context not found: "nope"\nnats: hint: known contexts: known\n')
    }
  })

  it('may leave the server to the variable or the default', async () => {
    const contexts = {user: {user: 'user', password: 'pass'}}
    expect(await code(['--context', 'user'], contexts, {env: {NATS_URL: password.url}})).toBe(0)
  })
})

describe('credentials of a context', () => {
  const plain = () => ({plain: {url: password.url, user: 'user', password: 'pass'}})
  const bad = () => ({bad: {url: password.url, user: 'user', password: 'bad'}})

  it('are replaced one by one by flags and variables', async () => {
    expect(await code(['--context', 'bad'], bad())).toBe(4)
    expect(await code(['--context', 'bad', '--password', 'pass'], bad())).toBe(0)
    expect(await code(['--context', 'bad'], bad(), {env: {NATS_PASSWORD: 'pass'}})).toBe(0)
    expect(await code(['--context', 'bad', '--user', 'user', '--password', 'pass'], bad())).toBe(0)
    expect(await code(['--context', 'plain'], plain(), {env: {NATS_USER: 'other', NATS_PASSWORD: 'no'}})).toBe(4)
  })

  it('stay when only the server is another', async () => {
    expect(await code(['--context', 'plain', '-s', open.url], plain())).toBe(0)
    expect(await code(['--context', 'plain', '-s', token.url], plain())).toBe(4)
    expect(await code(['--context', 'plain', '-s', token.url, '--token', 's3cret'], plain())).toBe(0)
  })

  it('go before those in the URL of --server', async () => {
    const withLogin = (server: TestServer, login: string) => server.url.replace('//', `//${login}@`)
    expect(await code(['--context', 'plain', '-s', withLogin(password, 'user:bad')], plain())).toBe(0)
    const refused = await publish(['--context', 'bad', '-s', withLogin(password, 'user:pass')], bad())
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain(
      'the server refuses user "user" (context "bad" (user), context "bad" (password)); not sent: the user in the URL: context "bad" (user) goes first\n',
    )
  })

  it('go before --creds', async () => {
    const refused = await publish(['--context', 'plain', '-s', operated.url, '--creds', creds], plain())
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('not sent: --creds: a user and a password go first\n')
  })

  it('may be files, which must be there', async () => {
    expect(await code(['--context', 'c'], {c: {url: operated.url, creds}})).toBe(0)
    const missing = await publish(['--context', 'c'], {c: {url: operated.url, creds: '~/no.creds'}})
    expect(missing.code).toBe(2)
    expect(missing.stderr).toBe('nats: error: context "c" (creds): cannot read ~/no.creds: there is no such file\n')
    const authority = await publish(['--context', 'c'], {c: {url: open.url, ca: '/no/ca.pem'}})
    expect(authority.stderr).toBe('nats: error: context "c" (ca): cannot read /no/ca.pem: there is no such file\n')
  })

  it('may be embedded', async () => {
    const text = operator.user().creds
    const embedded = `data:;base64,${Buffer.from(text).toString('base64')}`
    expect(await code(['--context', 'c'], {c: {url: operated.url, creds: embedded}})).toBe(0)
  })
})

describe('credentials that a program keeps', () => {
  function program(name: string, script: string): string {
    const folder = temporaryFolder('nats-bin-')
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
    return `${folder}:${process.env.PATH}`
  }

  it('are those of the profile that nsc makes', async () => {
    const profile = JSON.stringify({user_creds: creds, operator: {service: [operated.url]}})
    const PATH = program('nsc', `[ "$*" = "generate profile nsc://OP/APP/bob" ] && echo '${profile}'`)
    const contexts = {
      new: {url: operated.url, creds: 'nsc://OP/APP/bob'},
      old: {url: operated.url, nsc: 'nsc://OP/APP/bob'},
    }
    expect(await code(['--context', 'new'], contexts, {env: {PATH}})).toBe(0)
    expect(await code(['--context', 'old'], contexts, {env: {PATH}})).toBe(0)
  })

  it('are what op prints', async () => {
    const PATH = program('op', `[ "$*" = "read op://vault/nats/creds" ] && cat ${creds}`)
    expect(await code(['-s', operated.url, '--creds', 'op://vault/nats/creds'], {}, {env: {PATH}})).toBe(0)
  })

  it('are missed with the words of the program', async () => {
    const PATH = program('op', 'echo "you are not signed in" >&2; exit 1')
    const {code, stderr} = await publish(['-s', operated.url, '--creds', 'op://a/b/c'], {}, {env: {PATH}})
    expect(code).toBe(1)
    expect(stderr).toBe('nats: error: --creds: op failed: you are not signed in\n')
    const odd = await publish(['--context', 'c'], {c: {creds: 'nsc://x/y/z'}}, {env: {PATH: program('nsc', 'echo {}')}})
    expect(odd.stderr).toContain('nats: error: context "c" (creds): nsc knows no credentials for nsc://x/y/z\n')
  })
})
