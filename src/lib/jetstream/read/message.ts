import {decodeHeaders, type HeaderList} from '../../message/headers.ts'
import type {Message} from '../../message/message.ts'
import {headerLines, renderBody} from '../../message/print.ts'
import {dateTime, duration} from '../../output/human.ts'
import {neutralise} from '../../output/sanitize.ts'
import type {Frame} from '../../wire/scanner.ts'
import type {Delivered} from './delivery.ts'
import type {StoredMessage} from './get.ts'

/** A message of a stream. */
export type Stored = {
  message: Message
  sequence: number
  /** When it was stored, in milliseconds since the epoch. */
  time: number
}

/** The body stays in the chunk it came in. The reply subject is the consumer's, and none of the message. */
export function toStored(frame: Frame, {sequence, time}: Delivered): Stored {
  const message: Message = {subject: frame.subject, data: frame.body}
  if (frame.start > frame.headersStart) message.headers = decodeHeaders(frame.headers)
  return {message, sequence, time}
}

/** A message of a stream for people: a headline, its headers, its body, an empty line. */
export function renderStored({message, sequence, time}: Stored, terminal: boolean): Uint8Array {
  const headline = `[${sequence}] Subject: ${message.subject} Received: ${dateTime(new Date(time))}\n`
  return render(headline + indented(message.headers, ''), message, terminal)
}

/** The same with all that is known of its time, as `stream get` shows it: in UTC to the nanosecond, and how long ago. */
export function renderItem(stream: string, stored: StoredMessage, message: Message, terminal: boolean): Uint8Array {
  const {seq, time, subject} = stored
  const age = duration(Math.max(0, Date.now() - Date.parse(time)))
  const received = time.replace('T', ' ').replace('Z', ' +0000 UTC')
  const headline = `Item: ${stream}#${seq} received ${received} (${age}) on Subject ${subject}\n\n`
  return render(headline + indented(message.headers, 'Headers:\n'), message, terminal)
}

function indented(headers: HeaderList | undefined, title: string): string {
  if (!headers?.length) return ''
  return `${title}${headerLines(headers)
    .map((line) => `  ${line}\n`)
    .join('')}\n`
}

const NEWLINE = Buffer.from('\n')

function render(head: string, {data}: Message, terminal: boolean): Uint8Array {
  const body = renderBody(data, {raw: true, terminal})
  return Buffer.concat([Buffer.from(terminal ? neutralise(head) : head), body, NEWLINE])
}
