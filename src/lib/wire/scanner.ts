/** The parser of nats.js, or one like it: gets chunks of the server's bytes; its state is 0 between two operations. */
export interface Parser {
  readonly state: number
  parse(chunk: Uint8Array): void
}

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const MAX_TOKENS = 5
const MAX_SIZE = 64 * 1024 * 1024

/**
 * One received message, as offsets into `chunk`. There is one Frame for all messages: what is wanted later must be copied
 * before the callback returns.
 */
export class Frame {
  chunk: Buffer = Buffer.alloc(0)
  sid = 0
  subjectStart = 0
  subjectEnd = 0
  /** Equal to replyEnd when there is no reply subject. */
  replyStart = 0
  replyEnd = 0
  /** The header block, from its `NATS/1.0` line to its empty line; equal to `start` when there is none. */
  headersStart = 0
  /** The body is [start, end). */
  start = 0
  end = 0

  get subject(): string {
    return this.chunk.toString('utf8', this.subjectStart, this.subjectEnd)
  }

  get reply(): string {
    return this.chunk.toString('utf8', this.replyStart, this.replyEnd)
  }

  get body(): Buffer {
    return this.chunk.subarray(this.start, this.end)
  }

  get headers(): Buffer {
    return this.chunk.subarray(this.headersStart, this.start)
  }
}

/**
 * Splits the server's byte stream into operations of the client protocol
 * (https://docs.nats.io/reference/reference-protocols/nats-protocol): messages of `wanted` subscriptions are told to
 * `onMessage` as offsets into the chunk, so that none costs an object; everything else (INFO, PING, -ERR, other messages) is
 * handed whole to `next`. Chunks may be cut anywhere; of a cut operation the part that came is copied, once.
 */
export class Scanner {
  private readonly next: Parser
  private readonly wanted: Set<number>
  private readonly onMessage: (frame: Frame) => void
  private readonly frame = new Frame()
  private readonly tokens = new Int32Array(2 * MAX_TOKENS)
  /** The beginning of an operation whose end has not come yet. */
  private carry: Buffer | undefined
  private carried = 0

  constructor(next: Parser, wanted: Set<number>, onMessage: (frame: Frame) => void) {
    this.next = next
    this.wanted = wanted
    this.onMessage = onMessage
  }

  parse(bytes: Uint8Array): void {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    // The other parser may have begun an operation before this one took over.
    while (this.next.state !== 0 && at < chunk.length) this.next.parse(chunk.subarray(at, ++at))
    while (this.carry && at < chunk.length) at = this.complete(chunk, at)
    while (at < chunk.length) {
      const end = this.operation(chunk, at)
      if (end > chunk.length) {
        this.keep(chunk.subarray(at), end === Infinity ? 0 : end - at)
        return
      }
      at = end
    }
  }

  /** Take over the first part of an operation; `size` is its whole size where that is known by now. */
  private keep(part: Buffer, size: number): void {
    this.carry = Buffer.allocUnsafe(Math.max(size, part.length))
    this.carry.set(part)
    this.carried = part.length
  }

  /** Add to the carried operation what belongs to it, and handle it if that is all; returns where the next one begins. */
  private complete(chunk: Buffer, at: number): number {
    const carry = this.carry!
    let to: number
    if (carry.length > this.carried) {
      to = Math.min(chunk.length, at + carry.length - this.carried)
      carry.set(chunk.subarray(at, to), this.carried)
      this.carried += to - at
      if (this.carried < carry.length) return to
    } else {
      // Its first line is not whole yet, so its size is unknown.
      const newline = chunk.indexOf(LF, at)
      to = newline < 0 ? chunk.length : newline + 1
      this.keep(Buffer.concat([carry, chunk.subarray(at, to)]), 0)
      if (newline < 0) return to
    }
    const whole = this.carry!
    const end = this.operation(whole, 0)
    this.carry = undefined
    if (end > whole.length) this.keep(whole, end)
    return to
  }

  /**
   * Handle the operation that begins at `at`. Returns its end; beyond the chunk if it is not whole, Infinity if not even its
   * first line is.
   */
  private operation(chunk: Buffer, at: number): number {
    const letter = chunk[at]! | 32
    if (letter === 0x6d) return this.message(chunk, at, at + 3, 0)
    if (letter === 0x68) return this.message(chunk, at, at + 4, 1)
    const newline = chunk.indexOf(LF, at)
    if (newline < 0) return Infinity
    this.next.parse(chunk.subarray(at, newline + 1))
    return newline + 1
  }

  /** `MSG subject sid [reply] size` or `HMSG subject sid [reply] headers-size size`, and then the bytes. */
  private message(chunk: Buffer, at: number, from: number, headers: 0 | 1): number {
    const {tokens} = this
    const {length} = chunk
    let count = 0
    let inToken = false
    let i = from
    for (; i < length; i++) {
      const byte = chunk[i]!
      if (byte === SPACE || byte === TAB || byte === CR || byte === LF) {
        if (inToken) {
          tokens[2 * count++ + 1] = i
          inToken = false
        }
        if (byte === LF) break
      } else if (!inToken) {
        if (count === MAX_TOKENS) break
        tokens[2 * count] = i
        inToken = true
      }
    }
    if (i >= length) return Infinity

    const sid = count > 2 ? this.integer(chunk, 1) : -1
    const size = count > 2 ? this.integer(chunk, count - 1) : -1
    const headersSize = headers ? this.integer(chunk, count - 2) : 0
    const hasReply = count === 4 + headers
    if (
      !(hasReply || count === 3 + headers) ||
      sid < 0 ||
      size < 0 ||
      size > MAX_SIZE ||
      headersSize < 0 ||
      headersSize > size
    ) {
      // Not the protocol: the other parser finds the words for it.
      this.next.parse(chunk.subarray(at))
      return length
    }

    const end = i + 1 + size + 2
    if (end > length) return end
    if (!this.wanted.has(sid)) {
      this.next.parse(chunk.subarray(at, end))
      return end
    }
    if (chunk[end - 2] !== CR || chunk[end - 1] !== LF)
      throw new Error('the server sent a message longer than it announced')
    const {frame} = this
    frame.chunk = chunk
    frame.sid = sid
    frame.subjectStart = tokens[0]!
    frame.subjectEnd = tokens[1]!
    frame.replyStart = hasReply ? tokens[4]! : 0
    frame.replyEnd = hasReply ? tokens[5]! : 0
    frame.headersStart = i + 1
    frame.start = i + 1 + headersSize
    frame.end = end - 2
    this.onMessage(frame)
    return end
  }

  private integer(chunk: Buffer, token: number): number {
    const from = this.tokens[2 * token]!
    const to = this.tokens[2 * token + 1]!
    if (to - from > 15) return -1
    let value = 0
    for (let i = from; i < to; i++) {
      const digit = chunk[i]! - 48
      if (digit < 0 || digit > 9) return -1
      value = value * 10 + digit
    }
    return value
  }
}
