import {describe, expect, it} from 'vitest'
import {UsageError} from '../../../src/lib/errors.ts'
import {compileHeaders, decodeHeaders, parseHeaders, toMsgHdrs} from '../../../src/lib/message/headers.ts'

describe('headers', () => {
  it('keep order and case, and lose the space around a value', () => {
    expect(parseHeaders(['A:1', 'B: two words ', 'a:2', 'A:3', 'Url: http://x:1', 'Empty:'])).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['a', '2'],
      ['A', '3'],
      ['Url', 'http://x:1'],
      ['Empty', ''],
    ])
    expect(parseHeaders()).toEqual([])
  })

  it.each([
    ['NoColon', 'has no colon'],
    ['', 'has no colon'],
    [':x', 'has no name'],
    ['a b:x', 'other than printable ASCII'],
    ['ü:x', 'other than printable ASCII'],
    ['A\r\nB:x', 'other than printable ASCII'],
    ['A:x\r\nB: y', 'line break'],
    ['A:x\ny', 'line break'],
  ])('refuse %j', (flag, problem) => {
    expect(() => parseHeaders([flag])).toThrow(UsageError)
    expect(() => parseHeaders([flag])).toThrow(problem)
  })

  it('render templates in values', () => {
    const compiled = compileHeaders(
      [
        ['N', '{{Count}}'],
        ['F', 'x'],
      ],
      {templates: true},
    )
    expect(compiled.dynamic).toBe(true)
    expect(compiled.render({count: 4})).toEqual([
      ['N', '4'],
      ['F', 'x'],
    ])
    expect(compileHeaders([['N', '{{Count}}']], {templates: false}).render({count: 4})).toEqual([['N', '{{Count}}']])
    expect(compileHeaders([], {templates: true}).render({count: 1})).toBeUndefined()
    expect(() => compileHeaders([['A', '{{Nope}}']], {templates: true})).toThrow('header A template')
  })

  it('let a quoted request add no header of its own', () => {
    const {render} = compileHeaders([['Q', 'was {{Request}}']], {templates: true, inReply: true})
    const request = {subject: 's', data: Buffer.from('one\r\nEvil: yes\n')}
    expect(render({count: 0, request})).toEqual([['Q', 'was one Evil: yes ']])
  })

  it('go to nats.js and come back', () => {
    const list: [string, string][] = [
      ['B', '1'],
      ['A', 'é'],
      ['a', ''],
      ['B', '2'],
    ]
    const msgHdrs = toMsgHdrs(list)!
    expect(decodeHeaders((msgHdrs as unknown as {encode(): Uint8Array}).encode())).toEqual([
      ['B', '1'],
      ['B', '2'],
      ['A', 'é'],
      ['a', ''],
    ])
    expect(toMsgHdrs([])).toBeUndefined()
    expect(toMsgHdrs(undefined)).toBeUndefined()
  })

  it('tell a status line as the headers Status and Description', () => {
    const expected = [
      ['Status', '503'],
      ['Description', 'No Responders'],
    ]
    expect(decodeHeaders(Buffer.from('NATS/1.0 503 No Responders\r\n\r\n'))).toEqual(expected)
    expect(decodeHeaders(Buffer.from('NATS/1.0 503\r\nA: b\r\n\r\n'))).toEqual([
      ['Status', '503'],
      ['A', 'b'],
    ])
  })

  it('are read however odd they are', () => {
    expect(decodeHeaders(Buffer.from('NATS/1.0\r\n: x\r\nnocolon\r\nA b:  c:d \r\n\r\n'))).toEqual([
      ['', 'x'],
      ['A b', 'c:d'],
    ])
  })
})
