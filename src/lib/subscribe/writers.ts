import type {Delivered} from '../jetstream/read/delivery.ts'
import {decodeHeaders} from '../message/headers.ts'
import type {Message} from '../message/message.ts'
import {renderMessage, renderUnder} from '../message/print.ts'
import {encodeRecord, toRecord} from '../message/record.ts'
import {dateTime, duration} from '../output/human.ts'
import type {OutputStream} from '../output/stream.ts'
import type {Frame} from '../wire/scanner.ts'
import type {Sink} from './receive.ts'

/** What messages are read from. `consumer` is one that was there before; `direct` stands for reading without one. */
export type Origin = {stream: string; consumer?: string; direct?: boolean}

export type FromStream = {origin: Origin; delivered: Delivered}

/** Where a message lies in a stream. */
export type Place = Origin & Delivered

/** A received message with what is told about it. */
export type Received = {
  message: Message
  /** Counted from 1; a reply has the number of its request. */
  number: number
  isReply: boolean
  /** When it was received, or stored in its stream, in milliseconds since the epoch, with a fraction. */
  time: number
  place?: Place
  /** Where to acknowledge it. */
  acknowledgeTo?: string
}

/** Gives received messages their form, and puts them where they belong. */
export interface Writer {
  write(received: Received): void
  /** Everything written so far should be seen. */
  commit?(): void
  readonly busy?: Promise<void> | undefined
  end(): Promise<void>
}

export type Look = {
  raw?: boolean
  headersOnly?: boolean
  subjectsOnly?: boolean
  timestamp?: boolean
  deltaTime?: boolean
  terminal: boolean
}

/** Bodies as they are, one a line: the way for a flood, without an object for a message. */
export class RawSink implements Sink {
  private readonly output: OutputStream

  constructor(output: OutputStream) {
    this.output = output
  }

  message(frame: Frame): void {
    this.output.write(frame.chunk, frame.start, frame.end, true)
  }

  chunk(): void {
    this.output.commit()
  }

  get busy(): Promise<void> | undefined {
    return this.output.busy
  }

  end(): Promise<void> {
    return this.output.end()
  }
}

/** Makes an object of each message for a writer. */
export class WriterSink implements Sink {
  private readonly writer: Writer

  constructor(writer: Writer) {
    this.writer = writer
  }

  message(frame: Frame, number: number, isReply: boolean, from?: FromStream): void {
    this.writer.write(toReceived(frame, number, isReply, from))
  }

  chunk(): void {
    this.writer.commit?.()
  }

  get busy(): Promise<void> | undefined {
    return this.writer.busy
  }

  end(): Promise<void> {
    return this.writer.end()
  }
}

/** Milliseconds since the epoch, to the microsecond. */
export const now = () => performance.timeOrigin + performance.now()

/** The body stays in the chunk it came in. The reply subject of a message of a stream is its consumer's, and none of its own. */
export function toReceived(frame: Frame, number: number, isReply: boolean, from?: FromStream): Received {
  const message: Message = {subject: frame.subject, data: frame.body}
  if (frame.start > frame.headersStart) message.headers = decodeHeaders(frame.headers)
  const reply = frame.replyEnd > frame.replyStart ? frame.reply : undefined
  const acknowledgeTo = reply?.startsWith('$JS.ACK.') ? reply : undefined
  if (from) {
    const place = toPlace(from)
    return {message, number, isReply, time: place.time, place, acknowledgeTo}
  }
  if (reply) message.reply = reply
  return {message, number, isReply, time: now(), acknowledgeTo}
}

function toPlace({origin, delivered}: FromStream): Place {
  const {sequence, pending, time, consumerSequence, deliveries} = delivered
  return {...origin, sequence, pending, time, consumerSequence, deliveries}
}

abstract class StreamWriter implements Writer {
  protected readonly output: OutputStream
  protected readonly look: Look
  private previous = now()

  constructor(output: OutputStream, look: Look) {
    this.output = output
    this.look = look
  }

  abstract write(received: Received): void

  /** Milliseconds since the message before this one, or since the start. */
  protected delta(time: number): number {
    // What lies in a stream may be older than this program.
    const delta = Math.max(0, time - this.previous)
    this.previous = time
    return delta
  }

  commit(): void {
    this.output.commit()
  }

  get busy(): Promise<void> | undefined {
    return this.output.busy
  }

  end(): Promise<void> {
    return this.output.end()
  }
}

/** Messages for people. */
export class TextWriter extends StreamWriter {
  write({message, number, isReply, time, place}: Received): void {
    const opening = `[#${number}]${this.stamp(time)} ${isReply ? 'Matched reply on' : 'Received'}`
    const bytes = place
      ? renderUnder(`${opening} ${placeOf(message, place)}`, message, this.look)
      : renderMessage(message, isReply ? opening : `${opening} on`, this.look)
    this.output.write(bytes)
  }

  private stamp(time: number): string {
    if (this.look.timestamp) return ` @ ${stampMicro(time)}`
    return this.look.deltaTime ? ` @ ${duration(this.delta(time))}` : ''
  }
}

function placeOf({subject}: Message, place: Place): string {
  const {stream, direct, sequence, deliveries = 1, pending} = place
  const time = dateTime(new Date(place.time))
  if (direct)
    return `JetStream message (direct): stream: ${stream} seq ${sequence} / subject: ${subject} / time: ${time}`
  const behind = `pending: ${pending} / subject: ${subject} / time: ${time}`
  const again = deliveries > 1 ? ` / tries: ${deliveries}` : ''
  return `JetStream message: stream: ${stream} seq: ${sequence} / ${behind}${again}`
}

/** A line of JSON for each message. */
export class JsonWriter extends StreamWriter {
  write({message, time, place}: Received): void {
    const {headersOnly, subjectsOnly, deltaTime} = this.look
    const delta = deltaTime ? Math.round(this.delta(time) * 1e6) : undefined
    if (!headersOnly && !subjectsOnly) {
      const extra = delta === undefined ? '' : `,"delta":${delta}`
      const where = place ? `,${JSON.stringify(toMembers(place)).slice(1, -1)}` : ''
      this.output.writeText(`${encodeRecord(message, time, where + extra)}\n`)
      return
    }
    const {subject, reply, headers, size, time: received} = toRecord(message, new Date(time))
    const shown = headersOnly ? {subject, reply, headers} : {subject, reply}
    this.output.writeText(
      `${JSON.stringify({...shown, size, time: received, ...(place && toMembers(place)), delta})}\n`,
    )
  }
}

/** What a line of JSON says of a message of a stream; a consumer of our own is nobody's business. */
function toMembers({stream, consumer, sequence, consumerSequence, deliveries, pending}: Place) {
  const ofConsumer = consumer ? {consumer_sequence: consumerSequence, deliveries} : {}
  return {stream, consumer, sequence, ...ofConsumer, pending}
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** Local time as `Nov 21 21:16:47.895375`. */
export function stampMicro(time: number): string {
  const date = new Date(Math.round(time * 1000) / 1000)
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const micros = Math.round(time * 1000) % 1_000_000
  const day = String(date.getDate()).padStart(2)
  return `${MONTHS[date.getMonth()]} ${day} ${clock}.${String(micros).padStart(6, '0')}`
}
