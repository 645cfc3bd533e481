import {describe, expect, it} from 'vitest'
import {addressOf, maskedUrlOf, parseServers, urlOf} from '../../../src/lib/connection/servers.ts'

const one = (text: string) => parseServers(text, '--server')[0]!
const problem = (text: string, where = '--server') => {
  try {
    parseServers(text, where)
  } catch (error) {
    return error as Error & {exitCode: number; hint: string}
  }
  throw new Error(`${text} was taken`)
}

describe('the URL of a server', () => {
  it.each([
    ['nats://127.0.0.1:14236', 'nats://127.0.0.1:14236'],
    ['127.0.0.1:14236', 'nats://127.0.0.1:14236'],
    ['localhost', 'nats://localhost:4222'],
    ['nats://LOCALHOST:', 'nats://localhost:4222'],
    ['tls://host.example', 'tls://host.example:4222'],
    ['TLS://host.example', 'tls://host.example:4222'],
    ['ws://h', 'ws://h:80'],
    ['wss://h', 'wss://h:443'],
    ['ws://app:pass@127.0.0.1:14224/path?x=1', 'ws://127.0.0.1:14224/path?x=1'],
    ['nats://h:4222/ignored', 'nats://h:4222'],
    ['http://127.0.0.1:14236', 'nats://127.0.0.1:14236'],
    ['[::1]:4333', 'nats://[::1]:4333'],
    ['nats://[::1]', 'nats://[::1]:4222'],
    ['::1', 'nats://[::1]:4222'],
  ])('%s is %s', (text, url) => {
    expect(urlOf(one(text))).toBe(url)
  })

  it('gives nats.js its name for the server', () => {
    expect(addressOf(one('wss://[fe80::1]/x'))).toBe('[fe80::1]:443')
  })

  it.each([
    ['user:pass@h:1', {user: 'user', password: 'pass'}],
    ['nats://a%40b:p%3Aq%2F%25@h', {user: 'a@b', password: 'p:q/%'}],
    ['nats://us:er:pa:ss@h', {user: 'us', password: 'er:pa:ss'}],
    ['nats://p@ss:w@h', {user: 'p@ss', password: 'w'}],
    ['nats://s3cret@h', {user: 's3cret', password: undefined}],
    ['nats://user:@h', {user: 'user', password: ''}],
    ['nats://@h', {user: undefined, password: undefined}],
  ])('reads the user information of %s', (text, {user, password}) => {
    expect({user: one(text).user, password: one(text).password}).toEqual({user, password})
  })

  it('masks passwords and tokens', () => {
    expect(maskedUrlOf(one('nats://user:pass@h:1'))).toBe('nats://user:***@h:1')
    expect(maskedUrlOf(one('ws://token@h:1/p'))).toBe('ws://***@h:1/p')
    expect(maskedUrlOf(one('h:1'))).toBe('nats://h:1')
  })
})

describe('a list of servers', () => {
  it('is separated by commas, with spaces and empty parts', () => {
    expect(parseServers('nats://a:1, b ,,tls://c,', '').map(urlOf)).toEqual([
      'nats://a:1',
      'nats://b:4222',
      'tls://c:4222',
    ])
    expect(parseServers(' , ', '')).toEqual([])
  })

  it('may not mix websockets with others', () => {
    expect(problem('ws://h:1,nats://h:2')).toMatchObject({
      message: '--server mixes websocket and other URLs',
      exitCode: 2,
    })
    expect(parseServers('ws://h:1,wss://h:2', '')).toHaveLength(2)
  })
})

describe('what is no server', () => {
  it.each([
    ['::bad::', '--server: "::bad::" is not a server'],
    ['nats://127.0.0.1:99999', '--server: "nats://127.0.0.1:99999" has no valid port'],
    ['nats://127.0.0.1:0', '--server: "nats://127.0.0.1:0" has no valid port'],
    ['nats://127.0.0.1:abc', '--server: "nats://127.0.0.1:abc" has no valid port'],
    ['nats://', '--server: "nats://" is not a server'],
    ['nats://a b', '--server: "nats://a b" is not a server'],
    ['nats://[::1', '--server: "nats://[::1" is not a server'],
    ['nats://[nope]:1', '--server: "nats://[nope]:1" is not a server'],
  ])('%s is refused', (text, message) => {
    expect(problem(text)).toMatchObject({message, exitCode: 2})
  })

  it('is refused without showing its secrets', () => {
    expect(problem('nats://u:se/cret@h:1').message).toBe('--server: "nats://***@h:1" has a /, ? or # before its @')
    expect(problem('nats://u:%zz@h').message).toBe('--server: "nats://***@h" has a % before its @ that encodes nothing')
    expect(problem('u:secret@h:x').message).toBe('--server: "***@h:x" has no valid port')
  })

  it('is named by where it came from', () => {
    expect(problem('h:x', 'NATS_URL').message).toContain('NATS_URL: ')
    expect(problem('h:x', 'context "dev" (url)').message).toContain('context "dev" (url): ')
  })
})
