import {nuid} from '@nats-io/nats-core'
import type {JetStreamApi, Json} from '../api.ts'
import {ApiError} from '../api-error.ts'
import type {Start} from './position.ts'

/** The server says so often that it has nothing new, in milliseconds. */
export const HEARTBEAT_MS = 1000
/** A consumer whose reader has gone removes itself after this long, in nanoseconds. */
const INACTIVE_NS = 30e9

/** What a consumer for one reading has before it, from which place on. */
export type ConsumerPlan = {stream: string; subjects: string[]; start: Start}

/** A consumer made for one reading. `pending` is how many messages it has before it. */
export type ReadConsumer = {name: string; pending: number}

/**
 * Creates a consumer that needs no acknowledgement and keeps nothing on disk. With `deliver`, a subject, it sends there on its
 * own, under flow control (ADR-9, ADR-15); otherwise it waits to be asked.
 */
export async function createConsumer(api: JetStreamApi, plan: ConsumerPlan, deliver?: string): Promise<ReadConsumer> {
  const {stream, subjects, start} = plan
  const name = nuid.next()
  // A single filter stands in the subject too, where the server checks it against the permissions.
  const single = subjects.length === 1 ? subjects[0] : undefined
  const config = {
    name,
    ...policyOf(start),
    ...(single ? {filter_subject: single} : {}),
    ...(subjects.length > 1 ? {filter_subjects: subjects} : {}),
    ...(deliver ? {deliver_subject: deliver, flow_control: true, idle_heartbeat: HEARTBEAT_MS * 1e6} : {}),
    ack_policy: 'none',
    ...(deliver ? {max_deliver: 1} : {}),
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: INACTIVE_NS,
  }
  const subject = `CONSUMER.CREATE.${stream}.${name}${single ? `.${single}` : ''}`
  const {num_pending} = await api.request(subject, {stream_name: stream, config})
  return {name, pending: Number(num_pending) || 0}
}

/** What the server says to a consumer of a work queue that does not acknowledge, if it pulls and if it does not. */
const QUEUE_REFUSALS = [10084, 10098]

/** Whether the server refused a consumer because the stream is a work queue. */
export function isQueueRefusal(error: unknown): boolean {
  return error instanceof ApiError && QUEUE_REFUSALS.includes(error.errCode)
}

/** Removes a consumer; that it is gone already, or cannot be reached, is no failure: it then removes itself. */
export async function removeConsumer(api: JetStreamApi, stream: string, name: string): Promise<void> {
  await api.request(`CONSUMER.DELETE.${stream}.${name}`, undefined, Math.min(api.timeout, 500)).catch(() => {})
}

function policyOf(start: Start): Json {
  if ('lastPerSubject' in start) return {deliver_policy: 'last_per_subject'}
  if ('sequence' in start) return {deliver_policy: 'by_start_sequence', opt_start_seq: Math.max(1, start.sequence)}
  return {deliver_policy: 'by_start_time', opt_start_time: new Date(start.time).toISOString()}
}
