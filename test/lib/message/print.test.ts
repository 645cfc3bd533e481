import {describe, expect, it} from 'vitest'
import type {Message} from '../../../src/lib/message/message.ts'
import {type PrintOptions, renderBody, renderMessage} from '../../../src/lib/message/print.ts'

const plain: Message = {subject: 't.a', data: Buffer.from('one')}
const full: Message = {
  subject: 't.b',
  reply: 're.ply',
  headers: [
    ['K', 'v'],
    ['K', 'v2'],
    ['X', 'y'],
  ],
  data: Buffer.from('two\n'),
}
const empty: Message = {subject: 't.a', data: Buffer.alloc(0)}
const print = (options: Partial<PrintOptions>, ...messages: Message[]) =>
  messages
    .map((message, i) => renderMessage(message, `[#${i + 1}] Received on`, {terminal: false, ...options}))
    .map(String)
    .join('')

describe('messages for people', () => {
  it('have one blank line between them', () => {
    expect(print({}, plain, full, empty)).toBe(
      [
        '[#1] Received on "t.a"\none\n\n',
        '[#2] Received on "t.b" with reply "re.ply"\nK: v\nK: v2\nX: y\n\ntwo\n\n',
        '[#3] Received on "t.a"\nnil body\n\n',
      ].join(''),
    )
  })

  it('can be their headers or their subjects alone', () => {
    const headline = '[#1] Received on "t.b" with reply "re.ply"\n'
    expect(print({headersOnly: true}, full, plain)).toBe(`${headline}K: v\nK: v2\nX: y\n\n[#2] Received on "t.a"\n`)
    expect(print({subjectsOnly: true}, full)).toBe(headline)
  })

  it('are the body and one newline under raw, whatever else is asked for', () => {
    expect(print({raw: true}, plain, full, empty)).toBe('one\ntwo\n\n')
    expect(print({raw: true, headersOnly: true, subjectsOnly: true}, plain, full, empty)).toBe('one\ntwo\n\n')
  })

  it('keep their bytes, and tell a terminal nothing', () => {
    const bytes = Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x00, 0x0d])
    expect(
      Buffer.compare(renderBody(bytes, {raw: true, terminal: false}), Buffer.concat([bytes, Buffer.from('\n')])),
    ).toBe(0)
    expect(String(renderBody(bytes, {raw: true, terminal: true}))).toBe('␛[2J\ufffd␀␍\n')
    const evil: Message = {
      subject: 'a\u001b[2J',
      headers: [['H', '\u001b]0;x\u0007']],
      data: Buffer.from('\u009b2J\tä\n'),
    }
    expect(print({terminal: true}, evil)).toBe('[#1] Received on "a␛[2J"\nH: ␛]0;x␇\n\n\\x9b2J\tä\n\n')
  })
})
