import {describe, expect, it} from 'vitest'
import {chooseLogin} from '../../../src/lib/connection/auth.ts'
import {resolveSettings} from '../../../src/lib/connection/settings.ts'

function choose(flags: Record<string, string>, saved: Record<string, string> = {}, env: Record<string, string> = {}) {
  const settings = resolveSettings(flags, env, {name: 'dev', context: saved})
  const {user, password, token, key, sent, unused} = chooseLogin(settings, settings.server.value[0]!)
  return {sends: {user, password, token, key: key?.kind}, sent, unused}
}

const plain = {user: 'user', password: 'pass'}

// One line for each of the reference client's observed results (transcript "Servers, authentication, precedence").
describe('what is presented to a server', () => {
  it.each<[string, Record<string, string>, Record<string, string>, object]>([
    ['user and password', plain, {}, plain],
    ['a user alone', {user: 'u'}, {}, {token: 'u'}],
    ['a password alone', {password: 'p'}, {}, {}],
    ['a URL with user and password', {server: 'user:pass@h'}, {}, plain],
    ['a URL with a token', {server: 's3cret@h'}, {}, {token: 's3cret'}],
    ['a URL before user and password by flag', {server: 'user:pass@h', user: 'user', password: 'wrong'}, {}, plain],
    ['a URL before a token by flag', {server: 's3cret@h', token: 'bad'}, {}, {token: 's3cret'}],
    ['the context before a URL by flag', {server: 'user:bad@h'}, plain, plain],
    [
      'the context with a password by flag before a URL',
      {server: 'a:b@h', password: 'new'},
      plain,
      {user: 'user', password: 'new'},
    ],
    ['the URL before a token of the context', {server: 'user:pass@h'}, {token: 't'}, plain],
    ['flags before the URL of the context', plain, {url: 'a:b@h'}, plain],
    ['a token by flag before the URL of the context', {token: 't'}, {url: 'a:b@h'}, {token: 't'}],
    ['a token beside user and password', {...plain, token: 't'}, {}, {...plain, token: 't'}],
    ['a token of the context beside user and password', plain, {token: 't'}, {...plain, token: 't'}],
    ['a token by flag beside those of the context', {token: 't'}, plain, {...plain, token: 't'}],
    ['a user by flag as a token beside those of the context', {user: 'app'}, plain, {...plain, token: 'app'}],
    ['user and password before creds', {...plain, creds: 'c'}, {}, plain],
    ['user and password of the context before creds by flag', {creds: 'c'}, plain, plain],
    ['user and password of the context before an nkey by flag', {nkey: 'n'}, plain, plain],
    ['creds before an nkey', {creds: 'c', nkey: 'n'}, {}, {key: 'creds'}],
    ['an nkey before a JWT', {nkey: 'n', jwt: 'j', seed: 's'}, {}, {key: 'nkey'}],
    ['a JWT with its seed', {jwt: 'j', seed: 's'}, {}, {key: 'jwt'}],
    ['creds beside a token', {creds: 'c', token: 't'}, {}, {key: 'creds', token: 't'}],
    ['creds beside a user in the URL', {creds: 'c', server: 'user:pass@h'}, {}, {key: 'creds', ...plain}],
    ['credentials that nsc keeps', {}, {nsc: 'nsc://O/A/U'}, {key: 'nsc'}],
    ['nothing', {}, {}, {}],
  ])('%s', (_, flags, saved, sends) => {
    expect(choose(flags, saved).sends).toEqual({
      user: undefined,
      password: undefined,
      token: undefined,
      key: undefined,
      ...sends,
    })
  })
})

describe('what people are told', () => {
  it('names what is sent by where it came from, without secrets', () => {
    const env = {NATS_USER: 'app', NATS_PASSWORD: 'p1'}
    expect(choose({}, {}, env).sent).toEqual(['user "app" (NATS_USER, NATS_PASSWORD)'])
    expect(choose({password: 'p2'}, plain).sent).toEqual(['user "user" (context "dev" (user), --password)'])
    expect(choose({user: 'tok1'}).sent).toEqual(['token (--user, a user without a password)'])
    expect(choose({server: 'nats://u:p3@h'}).sent).toEqual(['user "u" in the URL (--server)'])
    expect(choose({server: 'nats://tok2@h'}).sent).toEqual(['token in the URL (--server)'])
    expect(choose({creds: 'a.creds'}).sent).toEqual(['credentials file (--creds)'])
    expect(choose({jwt: 'a', seed: 'b'}).sent).toEqual(['JWT (--jwt)'])
  })

  it('names what was given in vain, and why', () => {
    expect(choose({password: 'p'}).unused).toEqual(['--password: there is no user'])
    expect(choose({}, {user: 'u'}).unused).toEqual(['context "dev" (user): there is no password'])
    expect(choose({creds: 'c'}, plain).unused).toEqual(['--creds: a user and a password go first'])
    expect(choose({creds: 'c', nkey: 'n'}).unused).toEqual(['--nkey: --creds goes first'])
    expect(choose({server: 'a:b@h', ...plain}).unused).toEqual(['--user: the URL has its own'])
    expect(choose({server: 'a:b@h'}, plain).unused).toEqual(['the user in the URL: context "dev" (user) goes first'])
  })
})
