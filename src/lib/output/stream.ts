import {constants, fstatSync, openSync, writeSync} from 'node:fs'
import {Socket} from 'node:net'
import {OutputClosed} from './stdout.ts'

const BLOCK_BYTES = 256 * 1024
/** What may wait for a slow reader before `busy` says so. */
const QUEUE_BYTES = 1024 * 1024
const NEWLINE = 10

/**
 * stdout for a command that writes as fast as messages come. Small pieces are gathered in one block; it leaves when it is
 * full, or at the end of the turn of the event loop after `commit`. Unlike `write` of stdout.ts, a slow reader of a pipe does
 * not stop the program: it stays able to hear signals and answer the server, and `busy` tells whoever produces to wait.
 */
export class OutputStream {
  /** Rejects when nobody reads any more (OutputClosed), or the disk is full. What is written after that is dropped. */
  readonly failed: Promise<never>
  private readonly pipe: Socket | undefined
  private fail!: (error: Error) => void
  private broken = false
  private block = Buffer.allocUnsafe(BLOCK_BYTES)
  private used = 0
  private scheduled = false
  private waiting: {promise: Promise<void>; resolve: () => void} | undefined

  constructor() {
    this.failed = new Promise((_, reject) => {
      this.fail = (error) => {
        this.broken = true
        reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed() : error)
      }
    })
    this.failed.catch(() => {})
    const kind = kindOfOutput()
    this.pipe = kind && openPipe(kind)
    const caughtUp = () => {
      this.waiting?.resolve()
      this.waiting = undefined
    }
    this.pipe?.on('error', this.fail).on('drain', caughtUp).on('close', caughtUp)
  }

  /** Writes bytes [start, end) and, where `line` is set and they end with none, a newline. They are copied. */
  write(bytes: Uint8Array, start = 0, end = bytes.length, line = false): void {
    const length = end - start
    if (this.used + length + 1 > BLOCK_BYTES) this.flush()
    if (length + 1 > BLOCK_BYTES) {
      this.hand(Buffer.from(bytes.subarray(start, end)))
    } else {
      this.block.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.used)
      this.used += length
    }
    if (line && (length === 0 || bytes[end - 1] !== NEWLINE)) this.block[this.used++] = NEWLINE
  }

  /** Writes text; it is gathered as bytes are. */
  writeText(text: string): void {
    // A character takes at most 3 bytes for each of its UTF-16 units.
    const most = text.length * 3
    if (most > BLOCK_BYTES) {
      this.write(Buffer.from(text))
      return
    }
    if (this.used + most > BLOCK_BYTES) this.flush()
    this.used += this.block.write(text, this.used)
  }

  /** Whatever was written leaves soon. */
  commit(): void {
    if (this.scheduled || this.used === 0) return
    this.scheduled = true
    setImmediate(() => this.flush())
  }

  /** Resolves when a slow reader has caught up; undefined while there is nothing to wait for. */
  get busy(): Promise<void> | undefined {
    const {pipe} = this
    if (!this.waiting && !this.broken && pipe && pipe.writableLength >= QUEUE_BYTES) {
      let resolve!: () => void
      const promise = new Promise<void>((done) => {
        resolve = done
      })
      this.waiting = {promise, resolve}
    }
    return this.waiting?.promise
  }

  /**
   * Hands on all that was written. Resolves when the operating system has taken it; undefined when it has by now.
   */
  taken(): Promise<void> | undefined {
    this.flush()
    const {pipe} = this
    if (this.broken) return this.failed
    if (!pipe) return undefined
    return Promise.race([new Promise<void>((resolve) => pipe.write('', (error) => error || resolve())), this.failed])
  }

  /** Resolves when all that was written has been taken by the operating system. */
  async end(): Promise<void> {
    this.flush()
    const {pipe} = this
    if (!pipe || this.broken) return
    await Promise.race([new Promise<void>((resolve) => pipe.end(resolve)), this.failed])
  }

  private flush(): void {
    this.scheduled = false
    if (this.used === 0) return
    const bytes = this.block.subarray(0, this.used)
    this.used = 0
    // A pipe keeps what it is given until the reader takes it.
    const small = bytes.length < BLOCK_BYTES / 4
    if (this.pipe && !small) this.block = Buffer.allocUnsafe(BLOCK_BYTES)
    this.hand(this.pipe && small ? Buffer.from(bytes) : bytes)
  }

  private hand(bytes: Buffer): void {
    if (this.broken) return
    if (this.pipe) {
      this.pipe.write(bytes)
      return
    }
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
    } catch (error) {
      this.fail(error as Error)
    }
  }
}

/** Undefined for files and terminals, which do not keep one waiting. */
function kindOfOutput(): 'pipe' | 'socket' | undefined {
  const kind = fstatSync(1)
  return kind.isFIFO() ? 'pipe' : kind.isSocket() ? 'socket' : undefined
}

/**
 * stdout as a socket of Node's, which writes without blocking. A pipe is opened anew where the system can do that (/proc), so
 * that this is not forced on others who hold it.
 */
function openPipe(kind: 'pipe' | 'socket'): Socket {
  let fd = 1
  try {
    if (kind === 'pipe') fd = openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {}
  return new Socket({fd, readable: false, writable: true})
}
