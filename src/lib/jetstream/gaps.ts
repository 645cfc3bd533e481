import {createInbox, nuid, type Subscription} from '@nats-io/nats-core'
import {CliError, ExitCode} from '../errors.ts'
import {inboxPrefix} from '../wire/wire.ts'
import type {JetStreamApi} from './api.ts'
import type {StreamInfo} from './stream.ts'

/** First and last sequence of messages that are not there. */
export type Gap = [first: number, last: number]

/** Up to so many deleted messages the server names them in one answer; more are found by reading the stream. */
const LISTED = 100_000
const BATCH = 2000

/** Joins sequences, in order, into gaps. */
export function toGaps(sequences: number[]): Gap[] {
  const gaps: Gap[] = []
  for (const sequence of sequences) {
    const last = gaps.at(-1)
    if (last && last[1] === sequence - 1) last[1] = sequence
    else gaps.push([sequence, sequence])
  }
  return gaps
}

/** Whether the gaps of a stream are found only by reading all of it. */
export const needsReading = ({state}: StreamInfo) => (state.num_deleted ?? 0) > LISTED

/** The gaps of a stream as its server lists them. */
export async function listGaps(api: JetStreamApi, {config, state}: StreamInfo): Promise<Gap[]> {
  // Servers of 2.10 list a sequence 0 as deleted of a stream that never had a message.
  if (!state.num_deleted) return []
  const subject = `STREAM.INFO.${config.name}`
  const {state: now} = await api.request<{state?: {deleted?: number[] | null}}>(subject, {deleted_details: true})
  return toGaps([...(now?.deleted ?? [])].sort((a, b) => a - b))
}

/**
 * The gaps of a stream, found by reading the headers of all its messages with a consumer of its own.
 *
 * @param progress told how many messages are read, now and then
 * @throws CliError (6) when no message comes for the timeout
 */
export async function readGaps(api: JetStreamApi, {config, state}: StreamInfo, progress: (read: number) => void) {
  const name = `nats-gaps-${nuid.next()}`
  const consumer = `${config.name}.${name}`
  await api.request(`CONSUMER.CREATE.${consumer}`, {
    stream_name: config.name,
    config: {
      ...{name, ack_policy: 'none', deliver_policy: 'all', headers_only: true, max_deliver: 1},
      ...{mem_storage: true, num_replicas: 1, inactive_threshold: 30e9},
    },
  })
  const inbox = createInbox(inboxPrefix(api.connection))
  const subscription = api.connection.subscribe(inbox)
  try {
    const pull = () =>
      api.connection.publish(`${api.prefix}.CONSUMER.MSG.NEXT.${consumer}`, `{"batch":${BATCH}}`, {reply: inbox})
    return await collect(subscription, {last: state.last_seq, pull, progress, timeout: Math.max(api.timeout, 5000)})
  } finally {
    subscription.unsubscribe()
    await api.request(`CONSUMER.DELETE.${consumer}`).catch(() => {})
  }
}

type Reading = {last: number; pull: () => void; progress: (read: number) => void; timeout: number}

async function collect(messages: Subscription, {last, pull, progress, timeout}: Reading): Promise<Gap[]> {
  const gaps: Gap[] = []
  let expected = 0
  let read = 0
  let isStalled = false
  const stall = setTimeout(() => {
    isStalled = true
    messages.unsubscribe()
  }, timeout)
  pull()
  pull()
  for await (const {reply} of messages) {
    const position = positionOf(reply)
    if (!position) continue
    const {sequence, pending} = position
    stall.refresh()
    if (expected > 0 && sequence > expected) gaps.push([expected, sequence - 1])
    expected = sequence + 1
    if (++read % BATCH === 0) {
      progress(read)
      pull()
    }
    if (sequence >= last || pending === 0) break
  }
  clearTimeout(stall)
  // The newest messages of all may be deleted too.
  if (expected <= last && !isStalled) gaps.push([expected, last])
  if (isStalled) throw new CliError('no message of the stream came for too long', {exitCode: ExitCode.Timeout})
  return gaps
}

/**
 * Where a delivered message stands, from its reply subject (ADR-15):
 * `$JS.ACK.stream.consumer.deliveries.streamSequence.consumerSequence.time.pending`, or with domain and account before
 * the stream, and perhaps more at the end.
 */
function positionOf(reply = ''): {sequence: number; pending: number} | undefined {
  const parts = reply.split('.')
  if (parts[1] !== 'ACK' || parts.length < 9) return undefined
  const first = parts.length === 9 ? 2 : 4
  return {sequence: Number(parts[first + 3]), pending: Number(parts[first + 6])}
}
