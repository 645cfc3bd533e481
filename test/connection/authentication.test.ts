import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {nkeyAuth, type OperatorAuth, operatorAuth, passwordAuth, secretFile, tokenAuth} from '../support/auth.ts'
import {run} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'

const nkey = nkeyAuth()
const operator: OperatorAuth = operatorAuth()
const bob = operator.user('bob')

type Servers = Record<'open' | 'password' | 'token' | 'nkey' | 'operator', TestServer>
let servers: Servers
let files: Record<'creds' | 'nkey' | 'jwt' | 'seed' | 'text', string>

beforeAll(async () => {
  const configs = {
    open: '',
    password: passwordAuth([{user: 'user', password: 'pass'}]),
    token: tokenAuth('s3cret'),
    nkey: nkey.config,
    operator: operator.config,
  }
  const started = Object.entries(configs).map(async ([name, config]) => [name, await startServer({config})] as const)
  servers = Object.fromEntries(await Promise.all(started)) as Servers
  files = {
    creds: await secretFile('bob.creds', bob.creds),
    nkey: await secretFile('user.nk', `${nkey.seed}\n`),
    jwt: await secretFile('bob.jwt', bob.jwt),
    seed: await secretFile('bob.seed', bob.seed),
    text: await secretFile('text', 'nothing of interest\n'),
  }
})

const probe = (server: keyof Servers, args: string[], env: Record<string, string> = {}) =>
  run(['pub', 'probe', '', '-q', '-s', `127.0.0.1:${servers[server].port}`, ...args], {env})
const userinfo = (server: keyof Servers, login: string, ...args: string[]) =>
  run(['pub', 'probe', '', '-q', '-s', `nats://${login}@127.0.0.1:${servers[server].port}`, ...args])

const accepted = {code: 0, stderr: ''}
const refused = (text: string) => ({
  code: 4,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`^nats: error: cannot connect to nats://127.0.0.1:\\d+: ${text}`)),
})
const misused = (text: string) => ({code: 2, stdout: '', stderr: expect.stringContaining(`nats: error: ${text}`)})

describe('user and password', () => {
  it('are taken from flags, variables, and URLs', async () => {
    expect(await probe('password', ['--user', 'user', '--password', 'pass'])).toMatchObject(accepted)
    expect(await probe('password', [], {NATS_USER: 'user', NATS_PASSWORD: 'pass'})).toMatchObject(accepted)
    expect(await probe('password', ['--password', 'pass'], {NATS_USER: 'user', NATS_PASSWORD: 'x'})).toMatchObject(
      accepted,
    )
    expect(await userinfo('password', 'user:pass')).toMatchObject(accepted)
    expect(await userinfo('password', 'user:pass', '--user', 'user', '--password', 'wrong')).toMatchObject(accepted)
  })

  it('are refused when wrong, saying which were used', async () => {
    const wrong = await probe('password', ['--user', 'user', '--password', 'wr0ng'])
    expect(wrong).toMatchObject(
      refused('Authorization Violation: the server refuses user "user" \\(--user, --password\\)'),
    )
    expect(wrong.stderr).not.toContain('wr0ng')
    expect(await probe('password', ['--user', 'user'])).toMatchObject(
      refused('Authorization Violation: the server refuses token \\(--user, a user without a password\\)'),
    )
    expect(await probe('password', ['--password', 'pass'])).toMatchObject(
      refused('.*none were sent; not sent: --password: there is no user\n'),
    )
    expect(await probe('password', [])).toMatchObject(refused('.*the server wants credentials, none were sent\n'))
    expect(await userinfo('password', 'user:wrong', '--user', 'user', '--password', 'pass')).toMatchObject(
      refused('.*user "user" in the URL \\(--server\\); not sent: --user: the URL has its own\n'),
    )
  })
})

describe('a token', () => {
  it('is taken from its flag and variable, from the user without a password, and from a URL', async () => {
    expect(await probe('token', ['--token', 's3cret'])).toMatchObject(accepted)
    expect(await probe('token', ['--user', 's3cret'])).toMatchObject(accepted)
    expect(await probe('token', ['--user', 's3cret', '--token', 'bad'])).toMatchObject(accepted)
    expect(await probe('token', ['--token', 's3cret', '--user', 'u', '--password', 'p'])).toMatchObject(accepted)
    expect(await probe('token', [], {NATS_TOKEN: 's3cret'})).toMatchObject(accepted)
    expect(await probe('token', [], {NATS_USER: 's3cret'})).toMatchObject(accepted)
    expect(await userinfo('token', 's3cret')).toMatchObject(accepted)
  })

  it('is refused when wrong', async () => {
    expect(await probe('token', ['--token', 'bad'])).toMatchObject(
      refused('.*the server refuses token \\(--token\\)\n'),
    )
    expect(await probe('token', ['--token', 's3cret', '--user', 'bad'])).toMatchObject(
      refused('.*--user, a user without'),
    )
    expect(await probe('token', [])).toMatchObject(refused('.*none were sent'))
  })
})

describe('an nkey', () => {
  it('is read from a file', async () => {
    expect(await probe('nkey', ['--nkey', files.nkey])).toMatchObject(accepted)
    expect(await probe('nkey', ['--nkey', `file://${files.nkey}`])).toMatchObject(accepted)
    expect(await probe('nkey', [], {NATS_NKEY: files.nkey})).toMatchObject(accepted)
  })

  it('is refused by servers that do not know it', async () => {
    expect(await probe('operator', ['--nkey', files.nkey])).toMatchObject(
      refused('.*the server refuses nkey \\(--nkey\\)\n'),
    )
    expect(await probe('open', ['--nkey', files.nkey])).toMatchObject(refused('the server does not use nkeys\n'))
  })

  it('must be there and be one', async () => {
    expect(await probe('nkey', ['--nkey', 'nofile.nk'])).toMatchObject(
      misused('--nkey: cannot read nofile.nk: there is no such file\n'),
    )
    expect(await probe('nkey', [], {NATS_NKEY: files.text})).toMatchObject(
      misused(`NATS_NKEY: there is not an nkey seed in ${files.text}\n`),
    )
  })

  it('is told as damaged without being shown', async () => {
    // Not the last letter, of which some bits mean nothing.
    const damaged = nkey.seed.replace(/.(?=.{9}$)/, (letter) => (letter === 'A' ? 'B' : 'A'))
    const result = await probe('nkey', ['--nkey', await secretFile('damaged.nk', damaged)])
    expect(result).toMatchObject(misused('--nkey: the nkey seed in '))
    expect(result.stderr).not.toContain(damaged)
  })
})

describe('credentials', () => {
  it('are read from a path, file://, env:// and data:', async () => {
    const embedded = `data:;base64,${Buffer.from(bob.creds).toString('base64')}`
    expect(await probe('operator', ['--creds', files.creds])).toMatchObject(accepted)
    expect(await probe('operator', ['--creds', `file://${files.creds}`])).toMatchObject(accepted)
    expect(await probe('operator', ['--creds', 'env://MINE'], {MINE: bob.creds})).toMatchObject(accepted)
    expect(await probe('operator', ['--creds', embedded])).toMatchObject(accepted)
    expect(await probe('operator', [], {NATS_CREDS: files.creds})).toMatchObject(accepted)
  })

  it('are read from the home folder that ~ stands for', async () => {
    const home = join(files.creds, '..')
    const result = await run(
      ['pub', 'probe', '', '-q', '-s', `127.0.0.1:${servers.operator.port}`, '--creds', '~/bob.creds'],
      {home},
    )
    expect(result).toMatchObject(accepted)
  })

  it('go before an nkey and behind user and password', async () => {
    expect(await probe('operator', ['--creds', files.creds, '--nkey', files.nkey])).toMatchObject(accepted)
    const login = ['--user', 'user', '--password', 'pass']
    expect(await probe('password', ['--creds', files.creds, ...login])).toMatchObject(accepted)
    expect(await probe('operator', ['--creds', files.creds, ...login])).toMatchObject(
      refused('.*; not sent: --creds: a user and a password go first\n'),
    )
  })

  it('must be there and be some', async () => {
    expect(await probe('operator', ['--creds', 'no.creds'])).toMatchObject(
      misused('--creds: cannot read no.creds: there is no such file\n'),
    )
    expect(await probe('operator', ['--creds', files.text])).toMatchObject(misused('--creds: there is not a JWT in '))
    expect(await probe('operator', ['--creds', files.jwt])).toMatchObject(
      misused('--creds: there is not an nkey seed in '),
    )
    expect(await probe('operator', ['--creds', 'env://NOTSET'])).toMatchObject(
      misused('--creds: the variable NOTSET is not set\n'),
    )
  })

  it('of a revoked or expired user are refused', async () => {
    const revoked = await secretFile('revoked.creds', operator.revoked.creds)
    const expired = await secretFile('expired.creds', operator.user('late', {expiresIn: -60}).creds)
    for (const creds of [revoked, expired]) {
      expect(await probe('operator', ['--creds', creds])).toMatchObject(
        refused('.*refuses credentials file \\(--creds\\)\n'),
      )
    }
  })

  it('of nsc and op need these programs', async () => {
    expect(await probe('operator', ['--creds', 'nsc://OP/APP/bob'])).toMatchObject(
      misused('--creds: nsc is not installed or not in PATH\nnats: hint: install nsc, or give a credentials file\n'),
    )
    expect(await probe('operator', ['--creds', 'op://a/b/c'])).toMatchObject(
      misused('--creds: op is not installed or not in PATH\n'),
    )
  })
})

describe('a JWT with its seed', () => {
  it('is given itself or by the files that hold it', async () => {
    expect(await probe('operator', ['--jwt', bob.jwt, '--seed', bob.seed])).toMatchObject(accepted)
    expect(await probe('operator', ['--jwt', files.jwt, '--seed', files.seed])).toMatchObject(accepted)
    expect(await probe('operator', [], {NATS_JWT: files.jwt, NATS_SEED: bob.seed})).toMatchObject(accepted)
  })

  it('is refused without the other half', async () => {
    expect(await probe('operator', ['--jwt', files.jwt])).toMatchObject(
      refused('.*the server refuses JWT \\(--jwt\\)\n'),
    )
    expect(await probe('operator', ['--seed', files.seed])).toMatchObject(misused('--seed needs a JWT\n'))
    expect(await probe('operator', ['--jwt', files.creds, '--seed', files.text])).toMatchObject(
      misused('--seed: there is not an nkey seed in '),
    )
  })
})

describe('no error', () => {
  it('shows a secret', async () => {
    const everything = [
      '--token',
      'tok-secret',
      '--user',
      'me',
      '--password',
      'pw-secret',
      '--jwt',
      bob.jwt,
      '--seed',
      bob.seed,
    ]
    const {code, stderr} = await probe('password', [...everything, '--trace'])
    expect(code).toBe(4)
    for (const secret of ['tok-secret', 'pw-secret', bob.jwt, bob.seed]) expect(stderr).not.toContain(secret)
    expect(readFileSync(files.creds, 'utf8')).toContain(bob.jwt)
  })
})
