import {describe as describeEvent, Parser, type ParserEvent} from '@nats-io/nats-core/internal'
import {expect, test} from 'vitest'
import {type Frame, Scanner} from '../../../src/lib/wire/scanner.ts'

/** A small generator with a seed, so that a failure can be run again. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Told {
  sid: number
  subject: string
  reply: string
  headers: string
  body: string
}

const tell = (sid: number, subject: string, reply: string, headers: Uint8Array, body: Uint8Array): Told => ({
  sid,
  subject,
  reply,
  headers: Buffer.from(headers).toString('latin1'),
  body: Buffer.from(body).toString('latin1'),
})

const tellFrame = (frame: Frame) => tell(frame.sid, frame.subject, frame.reply, frame.headers, frame.body)

/** What nats.js's parser makes of the stream: the messages of `wanted` in one list, everything else in another. */
function reference(chunks: Buffer[], wanted: Set<number>) {
  const messages: Told[] = []
  const others: string[] = []
  const parser = new Parser({push: (event: ParserEvent) => sort(event)})
  const sort = (event: ParserEvent) => {
    const {msg} = event
    if (!msg) return others.push(describeEvent(event))
    const data = event.data!
    const size = Math.max(msg.hdr, 0)
    const told = tell(
      msg.sid,
      text(msg.subject),
      msg.reply ? text(msg.reply) : '',
      data.subarray(0, size),
      data.subarray(size),
    )
    if (wanted.has(msg.sid)) return messages.push(told)
    return others.push(JSON.stringify(told))
  }
  for (const chunk of chunks) parser.parse(chunk)
  return {messages, others}
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

function scanned(chunks: Buffer[], wanted: Set<number>, begun?: Buffer) {
  const messages: Told[] = []
  const others: string[] = []
  const next = new Parser({
    push(event: ParserEvent) {
      const {msg} = event
      if (!msg) return others.push(describeEvent(event))
      const size = Math.max(msg.hdr, 0)
      const data = event.data!
      return others.push(
        JSON.stringify(
          tell(
            msg.sid,
            text(msg.subject),
            msg.reply ? text(msg.reply) : '',
            data.subarray(0, size),
            data.subarray(size),
          ),
        ),
      )
    },
  })
  if (begun) next.parse(begun)
  const scanner = new Scanner(next, wanted, (frame) => messages.push(tellFrame(frame)))
  for (const chunk of chunks) scanner.parse(chunk)
  return {messages, others}
}

const BODIES = [
  '',
  'x',
  '\r\n',
  'MSG a 1 5\r\nhello\r\n',
  'PING\r\n',
  '\n',
  '\r',
  '{"a": 1}',
  'é✓',
  'HMSG a 1 12 12\r\nNATS/1.0\r\n\r\n\r\n',
]
const SUBJECTS = ['a', 'foo.bar', 'é.✓', 'M', 'a-very.long.subject'.repeat(12), '$JS.API.x', '_INBOX.abc.1']

function operation(next: (below: number) => number): Buffer {
  const kind = next(10)
  if (kind === 0)
    return Buffer.from(['PING\r\n', 'PONG\r\n', '+OK\r\n', '-ERR \'Permissions Violation for "x"\'\r\n'][next(4)]!)
  if (kind === 1) return Buffer.from(`INFO {"server_id":"${'M'.repeat(next(60))}","headers":true}\r\n`)
  const subject = SUBJECTS[next(SUBJECTS.length)]!
  const reply = next(2) ? ` ${SUBJECTS[next(SUBJECTS.length)]!}` : ''
  const sid = 1 + next(4)
  const binary = Buffer.from(Array.from({length: next(300)}, () => next(256)))
  const body = next(3) ? Buffer.from(BODIES[next(BODIES.length)]!) : binary
  const space = next(8) ? ' ' : [' \t', '  ', '\t'][next(3)]!
  if (next(2)) return Buffer.concat([line('MSG', `${subject}${space}${sid}${reply}${space}${body.length}`), body, CRLF])
  const headers = Buffer.from(`NATS/1.0${next(2) ? '' : ' 503'}\r\n${'K: v\r\n'.repeat(next(4))}\r\n`)
  const sizes = `${headers.length}${space}${headers.length + body.length}`
  return Buffer.concat([line('HMSG', `${subject} ${sid}${reply} ${sizes}`), headers, body, CRLF])
}

const CRLF = Buffer.from('\r\n')
const line = (name: string, rest: string) => Buffer.from(`${name} ${rest}\r\n`)

function cut(stream: Buffer, next: (below: number) => number, most: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const to = Math.min(stream.length, at + 1 + next(most))
    chunks.push(stream.subarray(at, to))
    at = to
  }
  return chunks
}

test('tells what the parser of nats.js tells, however the stream is cut', () => {
  let messages = 0
  for (let seed = 1; seed <= 4000; seed++) {
    const next = random(seed)
    const stream = Buffer.concat(Array.from({length: 1 + next(30)}, () => operation(next)))
    const wanted = new Set([1, 2, 3].slice(0, next(4)))
    const chunks = cut(stream, next, [1, 3, 20, 200, 100_000][seed % 5]!)
    const expected = reference([stream], wanted)
    expect(scanned(chunks, wanted), `seed ${seed}`).toEqual(expected)
    messages += expected.messages.length
  }
  expect(messages).toBeGreaterThan(10_000)
})

test('takes over in the middle of an operation', () => {
  const stream = Buffer.from('INFO {"a":1}\r\nMSG a 1 2\r\nhi\r\nPING\r\n')
  for (let at = 1; at < 14; at++) {
    const {messages, others} = scanned([stream.subarray(at)], new Set([1]), stream.subarray(0, at))
    expect(others).toEqual(['INFO: {"a":1}', 'PING: '])
    expect(messages).toMatchObject([{subject: 'a', body: 'hi'}])
  }
})

test('leaves the order of messages and other operations as it was', () => {
  const order: string[] = []
  const next = new Parser({push: (event: ParserEvent) => order.push(describeEvent(event))})
  const scanner = new Scanner(next, new Set([1]), (frame) => order.push(frame.body.toString()))
  scanner.parse(Buffer.from('PING\r\nMSG a 1 1\r\nx\r\nPONG\r\nMSG a 1 1\r\ny\r\n+OK\r\n'))
  expect(order).toEqual(['PING: ', 'x', 'PONG: ', 'y', 'OK: '])
})

test('copies of a large message are made once, not once for each chunk', () => {
  const size = 8 * 1024 * 1024
  const stream = Buffer.concat([Buffer.from(`MSG a 1 ${size}\r\n`), Buffer.alloc(size, 'z'), CRLF])
  const started = performance.now()
  const {messages} = scanned(
    cut(stream, () => 1023, 1024),
    new Set([1]),
  )
  expect(messages[0]?.body.length).toBe(size)
  expect(performance.now() - started).toBeLessThan(5000)
})

test.each([
  'MSG a 1\r\n',
  'MSG a one 3\r\nfoo\r\n',
  'HMSG a 1 9 5\r\nhello\r\n',
  'MSG a 1 99999999999999999\r\n',
  'MSG a 1 2 3 4 5\r\n',
])('refuses %j as nats.js does', (bytes) => {
  expect(() => scanned([Buffer.from(bytes)], new Set([1]))).toThrow(/Error|\[/)
})

test('refuses a message that is longer than announced', () => {
  expect(() => scanned([Buffer.from('MSG a 1 2\r\nhello\r\n')], new Set([1]))).toThrow('longer than it announced')
})
