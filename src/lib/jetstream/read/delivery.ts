import type {Frame} from '../../wire/scanner.ts'

const DOT = 46
/** `$JS.ACK.` */
const PREFIX = Buffer.from('$JS.ACK.')
/** Tokens of `$JS.ACK.stream.consumer.delivered.streamSeq.consumerSeq.timestamp.pending`. */
const SHORT = 9
const MAX_TOKENS = 12

/** What is known of a message of a stream beside itself. */
export type Delivered = {
  sequence: number
  pending: number
  time: number
  consumerSequence?: number
  deliveries?: number
}

/**
 * What the reply subject of a delivered message tells (ADR-15): in the short form, or in the one that has domain and account
 * behind `$JS.ACK` and perhaps a random token at its end. There is one Delivery for all messages: valid until the next `read`.
 */
export class Delivery implements Delivered {
  /** Sequence in the stream. */
  sequence = 0
  /** How many this consumer has delivered, this one included. */
  consumerSequence = 0
  /** How often this one was delivered, this time included. */
  deliveries = 0
  /** How many wait behind this one, as far as the server that delivers knows. */
  pending = 0
  private chunk: Buffer = Buffer.alloc(0)
  private readonly starts = new Int32Array(MAX_TOKENS)
  private timestamp = 0

  /** False when the frame is no message of a stream but a status of the consumer. */
  read({chunk, replyStart, replyEnd}: Frame): boolean {
    if (replyEnd - replyStart < PREFIX.length) return false
    for (let i = 0; i < PREFIX.length; i++) if (chunk[replyStart + i] !== PREFIX[i]) return false
    const {starts} = this
    let count = 0
    starts[count++] = replyStart
    for (let i = replyStart; i < replyEnd && count < MAX_TOKENS; i++) if (chunk[i] === DOT) starts[count++] = i + 1
    if (count < SHORT) return false
    const at = count === SHORT ? 5 : 7
    this.chunk = chunk
    this.deliveries = this.number(at - 1)
    this.sequence = this.number(at)
    this.consumerSequence = this.number(at + 1)
    this.timestamp = at + 2
    this.pending = this.number(at + 3)
    return true
  }

  /** When it was stored, in milliseconds since the epoch, to the microsecond. */
  get time(): number {
    const start = this.starts[this.timestamp]!
    let microseconds = 0
    // 16 of the 19 digits: all of them would not fit a number.
    const end = this.starts[this.timestamp + 1]! - 1 - 3
    for (let i = start; i < end; i++) microseconds = microseconds * 10 + this.chunk[i]! - 48
    return microseconds / 1000
  }

  private number(token: number): number {
    const {chunk} = this
    let value = 0
    for (let i = this.starts[token]!; ; i++) {
      const digit = chunk[i]! - 48
      if (digit < 0 || digit > 9) return value
      value = value * 10 + digit
    }
  }
}
