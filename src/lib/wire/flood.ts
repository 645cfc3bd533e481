import type {NatsConnection} from '@nats-io/nats-core'
import {sendOperations} from './wire.ts'

/** Large enough that the cost of a write is nothing, small enough that ^C and progress are not late. */
const BLOCK_BYTES = 128 * 1024
/** Blocks under way that the server has not confirmed: keeps it busy while the memory stays flat. */
const WINDOW = 8

/** A PUB or HPUB operation of the client protocol (https://docs.nats.io/reference/reference-protocols/nats-protocol). */
export function frame(message: {subject: string; reply?: string; headers?: Uint8Array; data: Uint8Array}): Buffer {
  const {subject, reply, headers, data} = message
  const target = reply ? `${subject} ${reply}` : subject
  const size = data.length + (headers?.length ?? 0)
  const head = headers ? `HPUB ${target} ${headers.length} ${size}\r\n` : `PUB ${target} ${size}\r\n`
  return Buffer.concat([Buffer.from(head), headers ?? Buffer.alloc(0), data, Buffer.from('\r\n')])
}

/**
 * Sends one framed message `count` times, in large blocks that were made once. The server confirms every block, and only a few
 * may be unconfirmed: it is never sent more than it takes.
 *
 * @param confirm waits for the confirmation of all that was sent, and throws when that must not go on
 * @param progress is told how many messages are confirmed
 * @returns when all are confirmed, or when `signal` is aborted and those sent until then are
 */
export async function flood(
  nc: NatsConnection,
  bytes: Uint8Array,
  count: number,
  {
    confirm,
    progress,
    signal,
  }: {
    confirm: () => Promise<void>
    progress: (confirmed: number) => void
    signal: AbortSignal
  },
): Promise<void> {
  const perBlock = Math.max(1, Math.min(count, Math.floor(BLOCK_BYTES / bytes.length)))
  const block = Buffer.alloc(bytes.length * perBlock, bytes)
  const unconfirmed: {confirmed: Promise<void>; upTo: number}[] = []
  const settleOne = async () => {
    const {confirmed, upTo} = unconfirmed.shift()!
    await confirmed
    progress(upTo)
  }
  for (let sent = 0; sent < count && !signal.aborted; ) {
    const messages = Math.min(perBlock, count - sent)
    sendOperations(nc, messages === perBlock ? block : block.subarray(0, messages * bytes.length))
    sent += messages
    const confirmed = confirm()
    // Thrown by the await above it or below; the others in the window must not count as unhandled.
    confirmed.catch(() => {})
    unconfirmed.push({confirmed, upTo: sent})
    if (unconfirmed.length >= WINDOW) await settleOne()
  }
  while (unconfirmed.length > 0) await settleOne()
}
