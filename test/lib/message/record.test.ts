import {randomBytes} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import type {Message} from '../../../src/lib/message/message.ts'
import {decodeRecord, encodeRecord, toRecord} from '../../../src/lib/message/record.ts'

const TIME = Date.UTC(2026, 10, 21, 21, 13, 5, 7)
const message = (data: string | Buffer, more: Partial<Message> = {}): Message => ({
  subject: 'a.b',
  data: Buffer.from(data),
  ...more,
})

describe('records', () => {
  it('have no reply and no headers where the message has none', () => {
    expect(encodeRecord(message('hé'), TIME)).toBe(
      '{"subject":"a.b","data":"hé","encoding":"utf8","size":3,"time":"2026-11-21T21:13:05.007Z"}',
    )
  })

  it('gather the values of a header under its name', () => {
    const headers: [string, string][] = [
      ['K', 'v'],
      ['X', 'y'],
      ['K', 'v2'],
      ['__proto__', 'p'],
    ]
    const json = encodeRecord(message('', {reply: 're.ply', headers}), TIME, ',"rtt":12')
    expect(json).toBe(
      '{"subject":"a.b","reply":"re.ply","headers":{"K":["v","v2"],"X":["y"],"__proto__":["p"]},"data":"","encoding":"utf8","size":0,"time":"2026-11-21T21:13:05.007Z","rtt":12}',
    )
    expect(decodeRecord(json).headers).toEqual([
      ['K', 'v'],
      ['K', 'v2'],
      ['X', 'y'],
      ['__proto__', 'p'],
    ])
  })

  it('escape what would break a line, and nothing that need not be', () => {
    const json = encodeRecord(message('a\nb\u0000"\\<>&', {subject: 'x"y'}), TIME)
    expect(json).not.toContain('\n')
    expect(json).toContain('"subject":"x\\"y"')
    expect(json).toContain('"data":"a\\nb\\u0000\\"\\\\<>&"')
  })

  it('carry bytes that are not text as base64', () => {
    expect(toRecord(message(Buffer.from([0xff, 0, 1])), new Date(TIME))).toEqual({
      subject: 'a.b',
      data: '/wAB',
      encoding: 'base64',
      size: 3,
      time: '2026-11-21T21:13:05.007Z',
    })
  })

  it('bring back every byte', () => {
    const bodies = [
      Buffer.from('\ufeffbom'),
      Buffer.from('\u2028\u2029\ud7ff\uffff😀'),
      Buffer.from([0xed, 0xa0, 0x80]),
    ]
    for (let size = 0; size < 300; size++) bodies.push(randomBytes(size))
    for (const body of bodies) {
      const back = decodeRecord(encodeRecord(message(body), TIME))
      expect(back.subject).toBe('a.b')
      expect(Buffer.compare(back.data, body)).toBe(0)
    }
  })

  it('by another hand need only a subject', () => {
    expect(decodeRecord('{"subject":"s"}')).toEqual({
      subject: 's',
      reply: undefined,
      headers: undefined,
      data: Buffer.alloc(0),
    })
    expect(decodeRecord('{"subject":"s","headers":{"A":"1"},"reply":"","extra":1}').headers).toEqual([['A', '1']])
  })

  it.each([
    ['{"subject":', /JSON/],
    ['[]', 'not a JSON object'],
    ['{"data":"x"}', '"subject" is missing'],
    ['{"subject":1}', '"subject" is missing'],
    ['{"subject":"s","data":{}}', '"data" is not a string'],
    ['{"subject":"s","reply":1}', '"reply" is not a string'],
    ['{"subject":"s","encoding":"hex"}', '"encoding" is neither'],
    ['{"subject":"s","data":"*","encoding":"base64"}', '"data" is not base64'],
    ['{"subject":"s","headers":[]}', '"headers" is not an object'],
    ['{"subject":"s","headers":{"A":[1]}}', 'header "A" is not a string'],
  ])('refuse %s', (json, problem) => {
    expect(() => decodeRecord(json)).toThrow(problem)
  })
})
