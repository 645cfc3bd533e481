import {writeSync} from 'node:fs'

/** The reader of stdout has gone (`| head -1`): ends the command at once and quietly. */
export class OutputClosed extends Error {}

let fail: (error: unknown) => void
/** Rejects when stdout fails although nobody writes to it at that moment: what was gathered could not leave. */
export const outputFailed = new Promise<never>((_, reject) => {
  fail = reject
})
outputFailed.catch(() => {})

const BATCH_BYTES = 64 * 1024
let pending: Uint8Array[] = []
let pendingBytes = 0
let scheduled = false

/**
 * Writes to stdout. Small writes are gathered and leave together at the end of the turn of the event loop, or as soon
 * as there are 64 KiB of them. A slow reader holds the program back here, so that memory stays flat.
 *
 * @throws OutputClosed when nobody reads any more; any other write error (a full disk) as it is
 */
export function write(chunk: string | Uint8Array): void {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  pending.push(bytes)
  pendingBytes += bytes.length
  if (pendingBytes >= BATCH_BYTES) flush()
  else if (!scheduled) {
    scheduled = true
    setImmediate(flushOrFail)
  }
}

/** Hands everything written so far to the operating system. */
export function flush(): void {
  scheduled = false
  if (pending.length === 0) return
  const bytes = pending.length === 1 ? pending[0]! : Buffer.concat(pending, pendingBytes)
  pending = []
  pendingBytes = 0
  writeFully(1, bytes)
}

function flushOrFail(): void {
  try {
    flush()
  } catch (error) {
    fail(error)
  }
}

/** Writes to stderr at once, after what is gathered for stdout. A stderr that is closed or full is no reason to fail. */
export function writeError(text: string): void {
  flushOrFail()
  try {
    writeFully(2, Buffer.from(text))
  } catch {}
}

function writeFully(fd: number, bytes: Uint8Array): void {
  let offset = 0
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset)
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException
      if (code === 'EPIPE') throw new OutputClosed()
      if (code !== 'EAGAIN') throw error
      // Someone made the pipe non-blocking and it is full: wait a moment for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
}
