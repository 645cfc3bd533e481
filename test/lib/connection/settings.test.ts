import {describe, expect, it} from 'vitest'
import {urlOf} from '../../../src/lib/connection/servers.ts'
import {resolveSettings, type Settings, sourceOf, textSettings} from '../../../src/lib/connection/settings.ts'

const context = (values: object) => ({name: 'dev', context: values as Record<string, unknown>})
const shown = (settings: Settings, flag: keyof typeof textSettings) => {
  const {value, source} = settings[flag] ?? {value: undefined, source: undefined}
  return {value: Array.isArray(value) ? value.map(urlOf).join() : value, source}
}

/** For each setting a value for every place it can stand in, as it is written and as it is then used. */
const places: {[flag in keyof typeof textSettings]: [written: string, used: unknown][]} = {
  server: [
    ['nats://flag', 'nats://flag:4222'],
    ['nats://env', 'nats://env:4222'],
    ['nats://context', 'nats://context:4222'],
  ],
  timeout: [
    ['1s', 1000],
    ['1m', 60_000],
    ['', 5000],
  ],
  user: words('user'),
  password: words('password'),
  token: words('token'),
  creds: words('creds'),
  nkey: words('nkey'),
  jwt: words('jwt'),
  seed: words('seed'),
  tlscert: words('cert'),
  tlskey: words('key'),
  tlsca: words('ca'),
  'socks-proxy': words('proxy'),
  'connection-name': words('name'),
  'inbox-prefix': words('inbox'),
  'js-domain': words('domain'),
  'js-api-prefix': words('api'),
  'js-event-prefix': words('events'),
  colors: words('color'),
}

function words(word: string): [string, string][] {
  return ['flag', 'env', 'context'].map((place) => [`${word}-${place}`, `${word}-${place}`])
}

describe.each(Object.entries(places))('%s', (name, [byFlag, byEnvironment, byContext]) => {
  const flag = name as keyof typeof textSettings
  const {env: variable, key} = textSettings[flag] as {env?: string; key?: string}
  // A user alone would be a token; that rule has its own tests below.
  const companion = flag === 'user' ? {password: 'x'} : {}
  const flags = {[flag]: byFlag![0], ...companion}
  const env = variable ? {[variable]: byEnvironment![0]} : {}
  const saved = context(key ? {[key]: byContext![0]} : {})

  it('is taken from the flag before all else', () => {
    expect(shown(resolveSettings(flags, env, saved), flag)).toEqual({
      value: byFlag![1],
      source: {from: 'flag', name: `--${flag}`},
    })
  })

  const itIf = (there: unknown) => (there ? it : () => {})

  itIf(variable)('is taken from the environment before the context', () => {
    const settings = resolveSettings(companion, env, saved)
    expect(shown(settings, flag)).toEqual({value: byEnvironment![1], source: {from: 'environment', name: variable}})
  })

  itIf(key)('is taken from the context before the default', () => {
    const settings = resolveSettings({}, {}, saved)
    expect(shown(settings, flag)).toEqual({value: byContext![1], source: {from: 'context', name: 'dev'}})
    expect(sourceOf(settings[flag]!, flag)).toBe(`context "dev" (${key})`)
  })

  it('is not taken from an empty value', () => {
    const empty = resolveSettings({[flag]: ''}, variable ? {[variable]: ''} : {}, context(key ? {[key]: ''} : {}))
    expect(empty[flag]).toEqual(resolveSettings({}, {})[flag])
    expect(shown(resolveSettings({[flag]: '', ...companion}, env, saved), flag)).toEqual(
      shown(resolveSettings(companion, env, saved), flag),
    )
  })
})

describe('without flags, variables and context', () => {
  it('there are defaults for server, timeout, TLS first and name, and nothing else', () => {
    const source = {from: 'default', name: 'default'}
    const {server, ...others} = resolveSettings({}, {}, undefined, '1.2.3')
    expect(server.value.map(urlOf)).toEqual(['nats://127.0.0.1:4222'])
    expect(JSON.parse(JSON.stringify(others))).toEqual({
      timeout: {value: 5000, source},
      tlsfirst: {value: false, source},
      'connection-name': {value: 'NATS CLI Version 1.2.3', source},
      trace: false,
    })
  })
})

describe('tlsfirst', () => {
  it.each([
    [true, false, true, '--tlsfirst'],
    [false, true, false, '--no-tlsfirst'],
    [undefined, true, true, 'dev'],
    [undefined, false, false, 'default'],
  ])('flag %s, context %s: %s by %s', (flag, saved, value, name) => {
    const {tlsfirst} = resolveSettings({tlsfirst: flag}, {}, context({tls_first: saved}))
    expect(tlsfirst).toMatchObject({value, source: {name}})
  })
})

describe('a user without a password', () => {
  const login = (flags: object, env = {}, saved = {}) => {
    const {user, password, token} = resolveSettings(flags as Record<string, unknown>, env, context(saved))
    return {user: user?.value, password: password?.value, token: token?.value, by: token?.source.name}
  }

  it('is a token, and replaces every other', () => {
    expect(login({user: 's3cret'})).toEqual({token: 's3cret', by: '--user'})
    expect(login({}, {NATS_USER: 's3cret'})).toEqual({token: 's3cret', by: 'NATS_USER'})
    expect(login({user: 's3cret', token: 'bad'}, {NATS_TOKEN: 'x'}, {token: 'y'})).toEqual({
      token: 's3cret',
      by: '--user',
    })
  })

  it('leaves user and password of the context as they are', () => {
    expect(login({user: 'app'}, {}, {user: 'u', password: 'p'})).toEqual({
      user: 'u',
      password: 'p',
      token: 'app',
      by: '--user',
    })
  })

  it('is a user again with a password by flag or variable', () => {
    expect(login({user: 'a', password: 'b', token: 't'})).toMatchObject({user: 'a', password: 'b', token: 't'})
    expect(login({user: 'a'}, {NATS_PASSWORD: 'b'}, {password: 'c'})).toMatchObject({user: 'a', password: 'b'})
    expect(login({password: 'b'}, {}, {user: 'u', password: 'wrong'})).toMatchObject({user: 'u', password: 'b'})
  })
})

describe('what cannot be used', () => {
  it.each([
    [{timeout: 'bogus'}, {}, {}, '--timeout: "bogus" is not a duration above 0'],
    [{timeout: '0'}, {}, {}, '--timeout: "0" is not a duration above 0'],
    [{timeout: '-1s'}, {}, {}, '--timeout: "-1s" is not a duration above 0'],
    [{}, {NATS_TIMEOUT: 'bogus'}, {}, 'NATS_TIMEOUT: "bogus" is not a duration above 0'],
    [{'inbox-prefix': 'a.*'}, {}, {}, '--inbox-prefix: "a.*" is not the beginning of a subject, such as my.prefix'],
    [
      {},
      {},
      {inbox_prefix: 'a.'},
      'context "dev" (inbox_prefix): "a." is not the beginning of a subject, such as my.prefix',
    ],
    [{'js-domain': 'a.b'}, {}, {}, '--js-domain: "a.b" is not a domain: one word without dots'],
    [{server: '::bad::'}, {}, {}, '--server: "::bad::" is not a server'],
    [{}, {NATS_URL: 'h:x'}, {}, 'NATS_URL: "h:x" has no valid port'],
    [{}, {}, {url: 'h:x'}, 'context "dev" (url): "h:x" has no valid port'],
  ])('%j %j %j: %s', (flags, env, saved, message) => {
    const attempt = () => resolveSettings(flags as Record<string, unknown>, env, context(saved))
    expect(attempt).toThrow(expect.objectContaining({message, exitCode: 2}))
  })
})
