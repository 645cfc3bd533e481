import {setTimeout as delay} from 'node:timers/promises'
import {Frame} from '../../wire/scanner.ts'
import type {JetStreamApi} from '../api.ts'
import {getMessage, type StoredMessage} from './get.ts'
import type {Sink, Slice} from './slice.ts'

const POLL_MS = 1000

/**
 * Reads a slice by asking the leader for one message after the other. That is slow, and the only way for a work queue: a
 * consumer of ours could take from it what is meant for others, and the server allows none.
 */
export async function walk(api: JetStreamApi, slice: Slice, sink: Sink, interrupt?: AbortSignal): Promise<void> {
  const {start, end = Infinity, until = Infinity} = slice
  let sequence = 'sequence' in start ? Math.max(1, start.sequence) : 1
  while (!interrupt?.aborted) {
    const stored = await nextMessage(api, slice, sequence)
    if (!stored && slice.end !== undefined) return
    if (!stored) {
      await delay(POLL_MS, undefined, {signal: interrupt}).catch(() => {})
      continue
    }
    const time = Date.parse(stored.time)
    if (stored.seq > end || time > until) return
    sequence = stored.seq + 1
    if ('time' in start && time < start.time) continue
    if (sink.message(toFrame(stored), {sequence: stored.seq, time, pending: 0})) return
    sink.chunk?.()
    await sink.busy
  }
}

/** The first message on one of the subjects from a sequence on. */
async function nextMessage(
  api: JetStreamApi,
  {stream, subjects}: Slice,
  seq: number,
): Promise<StoredMessage | undefined> {
  const wanted = subjects.length > 0 ? subjects : ['>']
  const found = await Promise.all(wanted.map((subject) => getMessage(api, stream, {seq, next_by_subj: subject})))
  return found.reduce((first, one) => (!first || (one && one.seq < first.seq) ? one : first), undefined)
}

/** A message as the socket would have brought it. */
function toFrame({subject, hdrs = '', data = ''}: StoredMessage): Frame {
  const parts = [Buffer.from(subject), Buffer.from(hdrs, 'base64'), Buffer.from(data, 'base64')]
  const frame = new Frame()
  frame.chunk = Buffer.concat(parts)
  frame.subjectEnd = frame.headersStart = parts[0]!.length
  frame.start = frame.headersStart + parts[1]!.length
  frame.end = frame.chunk.length
  return frame
}
