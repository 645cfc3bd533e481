import {describe, expect, test} from 'vitest'
import {UsageError} from '../../../../src/lib/errors.ts'
import {ContextWindow} from '../../../../src/lib/jetstream/read/context.ts'
import {Delivery} from '../../../../src/lib/jetstream/read/delivery.ts'
import {compileJsonPath} from '../../../../src/lib/jetstream/read/json-path.ts'
import {compileMatcher, type MatchOptions} from '../../../../src/lib/jetstream/read/matcher.ts'
import type {Stored} from '../../../../src/lib/jetstream/read/message.ts'
import {parsePosition} from '../../../../src/lib/jetstream/read/position.ts'
import {Frame} from '../../../../src/lib/wire/scanner.ts'

describe('what the reply subject of a delivery tells', () => {
  const read = (reply: string) => {
    const frame = new Frame()
    frame.chunk = Buffer.from(`MSG a 1 ${reply} 5\r\n`)
    frame.replyStart = 8
    frame.replyEnd = 8 + reply.length
    const delivery = new Delivery()
    if (!delivery.read(frame)) return undefined
    const {sequence, consumerSequence, pending, time} = delivery
    return {sequence, consumerSequence, pending, time}
  }
  const told = {sequence: 20, consumerSequence: 3, pending: 17, time: 1795298867527.242}

  test.each([
    ['the short form', '$JS.ACK.S.c.1.20.3.1795298867527242618.17'],
    ['with domain and account', '$JS.ACK.hub.AhAsH.S.c.1.20.3.1795298867527242618.17'],
    ['with a random token behind that', '$JS.ACK._.AhAsH.S.c.1.20.3.1795298867527242618.17.xYz1'],
  ])('%s', (_, reply) => expect(read(reply)).toEqual(told))

  test.each(['', '$JS.FC.S.c.x1', '_INBOX.abc.1', '$JS.ACK.S.c.1'])('none in %j', (reply) =>
    expect(read(reply)).toBeUndefined(),
  )
})

describe('positions', () => {
  const now = Date.parse('2026-11-21T21:00:00Z')
  const parse = (text: string) => parsePosition(text, '--from', now)

  test('a number is a sequence', () => expect(parse('1042')).toEqual({sequence: 1042}))
  test('a duration is that long ago', () => expect(parse('1h30m')).toEqual({time: now - 5_400_000}))
  test('a time with its zone', () => {
    expect(parse('2026-11-21T21:16:59Z')).toEqual({time: Date.parse('2026-11-21T21:16:59Z')})
    expect(parse('2026-11-21T21:16:59.652847765+02:00')).toEqual({time: Date.parse('2026-11-21T19:16:59.652Z')})
  })
  test('a time without a zone is local', () => {
    expect(parse('2026-11-21 21:16')).toEqual({time: new Date(2026, 10, 21, 21, 16).getTime()})
    expect(parse('2026-11-21')).toEqual({time: new Date(2026, 10, 21).getTime()})
  })
  test.each(['', 'x', '-5', '1.5', '2026-13-41', '21:16', '-2h', '99999999999999999999'])('%j is none', (text) =>
    expect(() => parse(text)).toThrow(UsageError),
  )
})

describe('JSON paths', () => {
  const document = {order: {items: [{sku: 'a'}, {sku: 'b', 'odd.name': 1}], state: null}, '': 7, 'x y': {z: 2}}
  test.each<[string, unknown[]]>([
    ['.order.items[0].sku', ['a']],
    ['$.order.items[1].sku', ['b']],
    ['order.items[-1].sku', ['b']],
    ['.order.items[*].sku', ['a', 'b']],
    ['.order.items[1]["odd.name"]', [1]],
    ['["x y"].z', [2]],
    ['.order.state', [null]],
    ['.order.nothing.more', []],
    ['.order.items.sku', []],
    ['.order.items[9]', []],
    ['.constructor', []],
    ['.*.z', [2]],
    ['$', [document]],
  ])('%s', (path, found) => expect(compileJsonPath(path).find(document)).toEqual(found))

  test.each(['a..b', '.a[', '.a[x]', '.a b', '[["a"]]', '.a.'])('%j is none', (path) =>
    expect(() => compileJsonPath(path)).toThrow(/is not a path/),
  )
})

describe('matchers', () => {
  const message = {
    subject: 'orders.new',
    headers: [['Nats-Msg-Id', '17']] as [string, string][],
    data: Buffer.from('{"state":"paid","lines":[{"n":3}]}\nsecond line'),
  }
  const json = {...message, data: Buffer.from('{"state":"paid","lines":[{"n":3}]}')}
  const matches = (options: Partial<MatchOptions>, of = message) => compileMatcher({places: ['body'], ...options})(of)

  test('the body, line by line', () => {
    expect(matches({pattern: '^second line$'})).toBe(true)
    expect(matches({pattern: 'orders'})).toBe(false)
  })
  test('subject and headers', () => {
    expect(matches({pattern: '^orders\\.', places: ['subject']})).toBe(true)
    expect(matches({pattern: '^Nats-Msg-Id: 17$', places: ['headers']})).toBe(true)
    expect(matches({pattern: 'paid', places: ['headers', 'subject']})).toBe(false)
    expect(matches({pattern: 'paid', places: ['headers', 'body']})).toBe(true)
  })
  test('plain text, any case, inverted', () => {
    expect(matches({pattern: '[{"N"', fixed: true})).toBe(false)
    expect(matches({pattern: '[{"N"', fixed: true, ignoreCase: true})).toBe(true)
    expect(matches({pattern: 'paid', invert: true})).toBe(false)
  })
  test('the values at a JSON path', () => {
    expect(matches({pattern: '^paid$', jsonPath: '.state'}, json)).toBe(true)
    expect(matches({pattern: '^3$', jsonPath: '.lines[*].n'}, json)).toBe(true)
    expect(matches({jsonPath: '.lines'}, json)).toBe(true)
    expect(matches({jsonPath: '.other'}, json)).toBe(false)
    expect(matches({jsonPath: '.state'}, message)).toBe(false)
  })
  test('bytes that are no text', () =>
    expect(matches({pattern: '\\xff\\x00'}, {...message, data: Buffer.from([1, 0xff, 0])})).toBe(true))
  test('a bad expression is told', () =>
    expect(() => matches({pattern: '(x'})).toThrow('not a regular expression: /(x/mu: Unterminated group'))
})

describe('context', () => {
  const show = (before: number, after: number, row: string) => {
    let shown = ''
    const window = new ContextWindow(before, after, ({stored, match, gap}) => {
      shown += `${gap ? '|' : ''}${match ? stored.sequence : `(${stored.sequence})`}`
    })
    for (const [i, mark] of [...row].entries()) window.add({sequence: i} as Stored, mark === 'x')
    return shown
  }
  test.each([
    [0, 0, '-x--x', '1|4'],
    [1, 0, '---x-x', '(2)3(4)5'],
    [0, 1, 'x---x', '0(1)|4'],
    [1, 1, 'x--x', '0(1)(2)3'],
    [1, 1, 'x---x-', '0(1)|(3)4(5)'],
    [2, 2, 'xx---', '01(2)(3)'],
  ])('%i before and %i after in %s', (before, after, row, shown) => expect(show(before, after, row)).toBe(shown))
})
