import {beforeEach, describe, expect, test, vi} from 'vitest'
import {emptyContext} from '../../../src/lib/context/context.ts'
import {contextRecord, maskUserInfo, renderContext} from '../../../src/lib/context/describe.ts'
import {givenSettings, withGiven} from '../../../src/lib/context/given.ts'
import {checkReference} from '../../../src/lib/context/references.ts'
import {contextFromYaml, contextToYaml} from '../../../src/lib/context/yaml.ts'

const SEED = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY'

beforeEach(() => {
  vi.stubEnv('HOME', '/home/me')
  vi.stubEnv('XDG_CONFIG_HOME', undefined)
  return () => vi.unstubAllEnvs()
})

describe('maskUserInfo', () => {
  test.each([
    ['nats://h:4222', 'nats://h:4222'],
    ['nats://user:secret@h', 'nats://user:***@h'],
    ['nats://user:se@cr:et/x@h', 'nats://user:***@h'],
    ['nats://secret@h', 'nats://***@h'],
    ['user:secret@h,tls://a:b@[::1]:1, ws://h', 'user:***@h,tls://a:***@[::1]:1, ws://h'],
    ['', ''],
  ])('%s is shown as %s', (url, shown) => expect(maskUserInfo(url)).toBe(shown))
})

describe('what is shown of a context', () => {
  const saved = (settings: object) => ({name: 'x', path: '/p', context: {...emptyContext, ...settings}})

  test.each([
    {token: 'secret'},
    {password: 'secret'},
    {url: 'nats://u:secret@h'},
    {socks_proxy: 'socks5://u:secret@h'},
    {creds: 'data:;base64,secret'},
    {nkey: SEED},
    {user_seed: ` ${SEED}\n`},
    {user_seed: 'secretseed'},
    {user_jwt: 'eyJsecret.eyJ.x'},
  ])('%j has no secret in it', (settings) => {
    const shown = renderContext(saved(settings)) + JSON.stringify(contextRecord(saved(settings)))
    expect(shown).not.toMatch(/secret|SUACS/)
  })

  test('text from a file can not move the cursor, or fake a line', () => {
    const text = renderContext(saved({description: 'a\nPath: b\u001b[1A\u0007', user: '\r'}))
    expect(text).toContain('Description: a Path: b␛[1A␇\n')
    expect(text).not.toMatch(/[\u001b\u0007\r]/)
  })
})

test('where a reference leads', () => {
  vi.stubEnv('THERE', 'x')
  expect(checkReference('creds', 'nsc://O/A/U')).toEqual({state: 'nsc'})
  expect(checkReference('creds', 'op://a/b/c')).toEqual({state: 'op'})
  expect(checkReference('creds', 'env://THERE')).toEqual({state: 'OK'})
  expect(checkReference('creds', 'env://NOT_THERE')).toMatchObject({
    state: 'ERROR',
    reason: 'the variable NOT_THERE is not set',
  })
  expect(checkReference('nkey', import.meta.filename)).toEqual({state: 'OK'})
  expect(checkReference('nkey', `file://${import.meta.filename}`)).toEqual({state: 'OK'})
  expect(checkReference('nkey', 'file://host/x')).toMatchObject({state: 'ERROR'})
  expect(checkReference('ca', '~/x')).toMatchObject({state: 'ERROR', reason: '~/x: there is no such file'})
  expect(checkReference('ca', import.meta.dirname)).toMatchObject({
    state: 'ERROR',
    reason: expect.stringContaining('it is no file'),
  })
})

describe('what is given', () => {
  test('a flag goes before its variable, and an empty variable does not count', () => {
    const env = {NATS_URL: 'a', NATS_USER: 'b', NATS_TOKEN: '', NATS_TIMEOUT: '1s', NATS_CONTEXT: 'c'}
    expect(givenSettings({server: 'x', tlsfirst: false, timeout: '2s', password: ''}, env)).toEqual({
      settings: {url: 'x', user: 'b', tls_first: false, password: ''},
      variables: ['NATS_USER'],
    })
  })

  test('a user without a password is a token, unless the context has one', () => {
    const given = {settings: {user: 'u'}, variables: []}
    expect(withGiven(undefined, given)).toMatchObject({user: '', token: 'u'})
    expect(withGiven({...emptyContext, user: 'old', password: 'p'}, given)).toMatchObject({
      user: 'u',
      token: '',
      password: 'p',
    })
  })
})

describe('YAML', () => {
  const odd = {
    ...emptyContext,
    description: 'two\nlines: "x" # no comment\n',
    user: 'null',
    password: '  0x1F ',
    token: '*alias',
    url: 'nats://a:1, nats://b:2',
    nkey: '~',
    tls_first: true,
    windows_ca_certs_match: ['a', 'null', 'b: c'],
    color_scheme: 'é\u2028\u0000',
  }

  test('takes every context there and back', () => {
    expect(contextFromYaml(contextToYaml('x', odd))).toEqual({context: odd, leftOut: []})
    expect(contextFromYaml(contextToYaml('a\u0085b', emptyContext))).toEqual({context: emptyContext, leftOut: []})
  })

  test.each(['', '# only a comment\n', 'user:\nurl: ~\ndescription: null\ntls_first:\nwindows_ca_certs_match:\n'])(
    '%j sets nothing',
    (text) => expect(contextFromYaml(text)).toEqual({context: emptyContext, leftOut: []}),
  )

  test.each([
    ['just text', 'line 1: settings are written as NAME: VALUE'],
    ['- a', 'line 1: settings are written as NAME: VALUE'],
    ['user: a\nuser: b', 'line 2: not YAML'],
    ['user: a\n\npass: secret', 'line 3: "pass" is no setting of a context'],
    ['user: "a', 'line 1: not YAML'],
    ['user: a\ntoken: *secret', 'line 2'],
    ['? [a]\n: b', 'line 1'],
  ])('%j is refused', (text, told) => {
    expect(() => contextFromYaml(text)).toThrow(told)
    expect(() => contextFromYaml(text)).not.toThrow('secret')
  })
})
