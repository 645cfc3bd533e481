import {Frame} from '../../wire/scanner.ts'
import type {Delivered} from './delivery.ts'

const ORIGIN = '\r\nNats-Stream: '
const END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

/**
 * An answer to a direct get (ADR-31). The server puts what it tells of the message behind the message's own headers.
 * `previous` is the sequence of the answer before this one in its batch.
 */
export type DirectMessage = {frame: Frame; delivered: Delivered; previous: number}

/** Takes an answer apart: a frame of the message as it is stored, and what is known of it. Undefined when it is none. */
export function readDirectMessage(answer: Frame): DirectMessage | undefined {
  const {headers} = answer
  const cut = headers.lastIndexOf(ORIGIN)
  if (cut < 0) return undefined
  const fields = new Map<string, string>()
  for (const line of headers.toString('utf8', cut + 2).split('\r\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const field = (name: string) => fields.get(`Nats-${name}`) ?? ''
  const own = cut > 'NATS/1.0'.length ? Buffer.concat([headers.subarray(0, cut), END]) : NOTHING
  return {
    frame: frameOf(Buffer.from(field('Subject')), own, answer.body),
    delivered: {
      sequence: Number(field('Sequence')),
      pending: Number(field('Num-Pending')),
      time: parseTime(field('Time-Stamp')),
    },
    previous: Number(field('Last-Sequence')),
  }
}

function frameOf(subject: Buffer, headers: Buffer, body: Buffer): Frame {
  const frame = new Frame()
  frame.chunk = Buffer.concat([subject, headers, body])
  frame.subjectEnd = subject.length
  frame.headersStart = subject.length
  frame.start = subject.length + headers.length
  frame.end = frame.chunk.length
  return frame
}

/** Milliseconds since the epoch, to the microsecond, which Date.parse leaves out. */
function parseTime(text: string): number {
  const [fraction = '', digits = ''] = /\.(\d+)/.exec(text) ?? []
  return Date.parse(text.replace(fraction, '')) + Number(digits.padEnd(6, '0').slice(0, 6)) / 1000
}
