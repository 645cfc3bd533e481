import {CliError} from '../errors.ts'
import {isObject, type JetStreamApi, type Json} from './api.ts'
import type {ClusterInfo} from './cluster-info.ts'
import {checkName} from './name.ts'
import {collectPages, type Listing} from './pages.ts'

export type Transform = {src?: string; dest?: string}

export type StreamSource = Json & {
  name: string
  opt_start_seq?: number
  opt_start_time?: string
  filter_subject?: string
  subject_transforms?: Transform[]
  external?: {api?: string; deliver?: string}
  consumer?: {name?: string; deliver_subject?: string}
}

/** A stream's configuration as the server writes it (ADR-31 and others); fields of newer servers are kept as well. Durations are in nanoseconds. */
export type StreamConfig = Json & {
  name: string
  description?: string
  subjects?: string[]
  retention?: string
  max_consumers?: number
  max_msgs?: number
  max_msgs_per_subject?: number
  max_bytes?: number
  max_age?: number
  max_msg_size?: number
  storage?: string
  discard?: string
  discard_new_per_subject?: boolean
  num_replicas?: number
  no_ack?: boolean
  duplicate_window?: number
  placement?: {cluster?: string; tags?: string[]; preferred?: string} | null
  mirror?: StreamSource | null
  sources?: StreamSource[] | null
  compression?: string
  first_seq?: number
  subject_transform?: Transform | null
  republish?: (Transform & {headers_only?: boolean}) | null
  sealed?: boolean
  deny_delete?: boolean
  deny_purge?: boolean
  allow_rollup_hdrs?: boolean
  allow_direct?: boolean
  mirror_direct?: boolean
  allow_msg_ttl?: boolean
  subject_delete_marker_ttl?: number
  allow_atomic?: boolean
  allow_batched?: boolean
  allow_msg_counter?: boolean
  allow_msg_schedules?: boolean
  persist_mode?: string
  consumer_limits?: {inactive_threshold?: number; max_ack_pending?: number}
  metadata?: {[key: string]: string} | null
}

export type StreamState = Json & {
  messages: number
  bytes: number
  first_seq: number
  first_ts?: string
  last_seq: number
  last_ts?: string
  num_deleted?: number
  num_subjects?: number
  consumer_count: number
  lost?: {msgs?: number[] | null; bytes?: number} | null
}

/** How far a mirror or one of the sources of a stream has come; `active` is the time since it was heard of, -1 for never. */
export type SourceState = Json & {
  name: string
  lag?: number
  active?: number
  external?: {api?: string; deliver?: string}
  filter_subject?: string
  subject_transforms?: Transform[]
  error?: {code?: number; err_code?: number; description?: string}
}

export type StreamInfo = Json & {
  config: StreamConfig
  created?: string
  state: StreamState
  cluster?: ClusterInfo
  mirror?: SourceState | null
  sources?: SourceState[] | null
  alternates?: {name: string; domain?: string; cluster?: string}[] | null
  ts?: string
}

/** Of an answer, what is about the request and not about the stream. */
const ENVELOPE = ['type', 'total', 'offset', 'limit', 'did_create']

/** @throws CliError for an answer that has no configuration; a state that lacks something counts as an empty one */
export function readStreamInfo(answer: Json): StreamInfo {
  const {config, state} = answer
  if (!isObject(config) || typeof config.name !== 'string')
    throw new CliError('cannot read the answer about a stream: it has no configuration')
  const info = Object.fromEntries(Object.entries(answer).filter(([key]) => !ENVELOPE.includes(key)))
  if (!isNamed(info.mirror)) delete info.mirror
  if (Array.isArray(info.sources)) info.sources = info.sources.filter(isNamed)
  return {...info, config: config as StreamConfig, state: readState(isObject(state) ? state : {})}
}

/** Whether it is a mirror or source that can be spoken of. */
export const isNamed = (value: unknown): value is Json & {name: string} =>
  isObject(value) && typeof value.name === 'string'

function readState(state: Json): StreamState {
  const count = (key: string) => Number(state[key]) || 0
  const counters = {messages: count('messages'), bytes: count('bytes'), consumer_count: count('consumer_count')}
  return {...state, ...counters, first_seq: count('first_seq'), last_seq: count('last_seq')}
}

/** All there is to know about a stream, waiting for it as long as --timeout says. @throws ApiError (3) when there is no such stream */
export async function streamInfo(api: JetStreamApi, name: string, timeout?: number): Promise<StreamInfo> {
  checkName('stream', name)
  return readStreamInfo(await api.request(`STREAM.INFO.${name}`, undefined, timeout))
}

/** Names of all streams, in order; with `subject`, of those that hold messages on it. */
export async function streamNames(api: JetStreamApi, subject?: string): Promise<string[]> {
  const {items} = await api.list<string>('STREAM.NAMES', 'streams', {subject})
  return items.sort()
}

/** All streams, with those that could not be reached. */
export async function listStreams(api: JetStreamApi, subject?: string): Promise<Listing<StreamInfo>> {
  const listing = await api.list<Json>('STREAM.LIST', 'streams', {subject})
  return {...listing, items: listing.items.filter(isObject).map(readStreamInfo)}
}

/** How many messages a stream has on each subject that matches `filter`. */
export async function streamSubjects(api: JetStreamApi, name: string, filter = '>'): Promise<Map<string, number>> {
  checkName('stream', name)
  const {items} = await collectPages<[string, number]>(async (offset) => {
    const page = await api.request(`STREAM.INFO.${name}`, {offset, subjects_filter: filter})
    const {subjects} = isObject(page.state) ? page.state : {}
    return {...page, subjects: isObject(subjects) ? Object.entries(subjects) : []}
  }, 'subjects')
  return new Map(items)
}
