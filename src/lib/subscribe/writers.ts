import type {Frame} from '../bench/scanner.ts'
import {decodeHeaders} from '../message/headers.ts'
import type {Message} from '../message/message.ts'
import {renderMessage} from '../message/print.ts'
import {encodeRecord, toRecord} from '../message/record.ts'
import {duration} from '../output/human.ts'
import type {OutputStream} from '../output/stream.ts'
import type {Sink} from './receive.ts'

/** A received message with what is told about it. */
export type Received = {
  message: Message
  /** Counted from 1; a reply has the number of its request. */
  number: number
  isReply: boolean
  /** When it was received, in milliseconds since the epoch, with a fraction. */
  time: number
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

  message(frame: Frame, number: number, isReply: boolean): void {
    this.writer.write({message: toMessage(frame), number, isReply, time: now()})
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

/** The body stays in the chunk it came in. */
export function toMessage(frame: Frame): Message {
  const message: Message = {subject: frame.subject, data: frame.body}
  if (frame.replyEnd > frame.replyStart) message.reply = frame.reply
  if (frame.start > frame.headersStart) message.headers = decodeHeaders(frame.headers)
  return message
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
    const delta = time - this.previous
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
  write({message, number, isReply, time}: Received): void {
    const opening = `[#${number}]${this.stamp(time)} ${isReply ? 'Matched reply on' : 'Received on'}`
    this.output.write(renderMessage(message, opening, this.look))
  }

  private stamp(time: number): string {
    if (this.look.timestamp) return ` @ ${stampMicro(time)}`
    return this.look.deltaTime ? ` @ ${duration(this.delta(time))}` : ''
  }
}

/** A line of JSON for each message. */
export class JsonWriter extends StreamWriter {
  write({message, time}: Received): void {
    const {headersOnly, subjectsOnly, deltaTime} = this.look
    const delta = deltaTime ? Math.round(this.delta(time) * 1e6) : undefined
    if (!headersOnly && !subjectsOnly) {
      const extra = delta === undefined ? '' : `,"delta":${delta}`
      this.output.writeText(`${encodeRecord(message, Math.floor(time), extra)}\n`)
      return
    }
    const {subject, reply, headers, size, time: received} = toRecord(message, new Date(time))
    const shown = headersOnly ? {subject, reply, headers} : {subject, reply}
    this.output.writeText(`${JSON.stringify({...shown, size, time: received, delta})}\n`)
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** Local time as `Nov 21 21:16:47.895375`. */
export function stampMicro(time: number): string {
  const date = new Date(Math.floor(time))
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const micros = Math.floor((time % 1000) * 1000)
  const day = String(date.getDate()).padStart(2)
  return `${MONTHS[date.getMonth()]} ${day} ${clock}.${String(micros).padStart(6, '0')}`
}
