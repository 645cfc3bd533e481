import {bytes, dateTime, duration, number} from '../output/human.ts'
import {type Row, renderRecord, type Section} from '../output/record.ts'
import {ApiError} from './api-error.ts'
import {clusterRows} from './cluster-info.ts'
import {
  isNamed,
  type SourceState,
  type StreamConfig,
  type StreamInfo,
  type StreamSource,
  type StreamState,
  type Transform,
} from './stream.ts'

const RETENTION: Record<string, string> = {limits: 'Limits', interest: 'Interest', workqueue: 'WorkQueue'}
const NANOSECONDS = 1e6

/** Everything about a stream, as `stream info` shows it. */
export function renderStreamInfo(info: StreamInfo): string {
  const {config, cluster} = info
  return renderRecord(
    `Information for Stream ${config.name} created ${localTime(info.created)}`,
    [
      {rows: basics(config)},
      {title: 'Options', rows: options(config)},
      {title: 'Limits', rows: limits(config)},
      {title: 'Metadata', rows: metadata(config)},
      {title: 'Replication', rows: replication(config)},
      {title: 'Mirror Information', rows: sourceStates(info.mirror ? [info.mirror] : [])},
      {title: 'Source Information', rows: sourceStates(info.sources ?? [])},
      {title: 'Cluster Information', rows: clusterRows(cluster, 'Cluster Group')},
      stateSection(info),
    ].filter(({rows}) => rows.length > 0),
  )
}

/** The counters of a stream, as `stream state` shows them. */
export function renderStreamState(info: StreamInfo): string {
  return renderRecord(`State for Stream ${info.config.name} created ${localTime(info.created)}`, [stateSection(info)])
}

/** A time of the server in the zone of the user; Go's zero time is no time. */
export function localTime(time: string | undefined): string {
  const date = new Date(time ?? '')
  return isTime(time) ? dateTime(date) : 'unknown'
}

export function isTime(time: unknown): time is string {
  return typeof time === 'string' && !time.startsWith('0001-') && !Number.isNaN(Date.parse(time))
}

const yes = (value: unknown) => String(value === true)
const limit = (value: number | undefined, show: (value: number) => string) =>
  value === undefined || value <= 0 ? 'unlimited' : show(value)
const positive = (value: number | undefined, show: (value: number) => string) =>
  value !== undefined && value > 0 ? show(value) : undefined
const span = (nanoseconds: number) => duration(nanoseconds / NANOSECONDS)
const mapping = ({src, dest}: Transform) => `${src || '>'} to ${dest}`

function basics(config: StreamConfig): Row[] {
  const {placement} = config
  return [
    ['Description', config.description || undefined],
    ['Subjects', config.subjects?.length ? config.subjects.join(',') : undefined],
    ['Replicas', config.num_replicas ?? 1],
    ['Sealed', config.sealed || undefined],
    ['Storage', config.storage === 'memory' ? 'Memory' : 'File'],
    ['Compression', config.compression === 's2' ? 'S2 Compression' : undefined],
    ['First Sequence', positive(config.first_seq, number)],
    ['Placement Cluster', placement?.cluster || undefined],
    ['Placement Tags', placement?.tags?.length ? placement.tags.join(', ') : undefined],
  ]
}

function options(config: StreamConfig): Row[] {
  const {subject_transform: transform, republish} = config
  const perSubject = config.discard_new_per_subject ? 'New Per Subject' : 'New'
  return [
    ['Subject Transform', transform ? mapping(transform) : undefined],
    [republish?.headers_only ? 'Republishing Headers' : 'Republishing', republish ? mapping(republish) : undefined],
    ['Persistence Mode', config.persist_mode === 'async' ? 'Async' : undefined],
    ['Retention', RETENTION[config.retention ?? 'limits'] ?? config.retention],
    ['Acknowledgments', yes(!config.no_ack)],
    ['Discard Policy', config.discard === 'new' ? perSubject : 'Old'],
    ['Duplicate Window', positive(config.duplicate_window, span)],
    ['Direct Get', yes(config.allow_direct)],
    ['Mirror Direct Get', config.mirror_direct || undefined],
    ['Allows Atomic Batch Publish', yes(config.allow_atomic)],
    ['Allows Fast Batch Publish', yes(config.allow_batched)],
    ['Allows Counters', yes(config.allow_msg_counter)],
    ['Allows Msg Delete', yes(!config.deny_delete)],
    ['Allows Per-Message TTL', yes(config.allow_msg_ttl)],
    ['Allows Purge', yes(!config.deny_purge)],
    ['Allows Schedules', yes(config.allow_msg_schedules)],
    ['Subject Delete Markers TTL', positive(config.subject_delete_marker_ttl, span)],
    ['Allows Rollups', yes(config.allow_rollup_hdrs)],
  ]
}

function limits(config: StreamConfig): Row[] {
  const {consumer_limits: consumers} = config
  return [
    ['Maximum Messages', limit(config.max_msgs, number)],
    ['Maximum Per Subject', limit(config.max_msgs_per_subject, number)],
    ['Maximum Bytes', limit(config.max_bytes, bytes)],
    ['Maximum Age', limit(config.max_age, span)],
    ['Maximum Message Size', limit(config.max_msg_size, bytes)],
    ['Maximum Consumers', limit(config.max_consumers, number)],
    ['Consumer Inactive Threshold', positive(consumers?.inactive_threshold, span)],
    ['Consumer Max Ack Pending', positive(consumers?.max_ack_pending, number)],
  ]
}

/** Metadata of the user's own, without what the server keeps there. */
function metadata({metadata}: StreamConfig): Row[] {
  return Object.entries(metadata ?? {})
    .filter(([key]) => !key.startsWith('_nats.'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function replication({mirror, sources}: StreamConfig): Row[] {
  return [
    ['Mirror', isNamed(mirror) ? describeSource(mirror) : undefined],
    ['Sources', sources?.some(isNamed) ? sources.filter(isNamed).map(describeSource) : undefined],
  ].filter(([, value]) => value !== undefined) as Row[]
}

function describeSource({name, opt_start_seq, opt_start_time, external, consumer}: StreamSource): string {
  const parts = [
    name,
    opt_start_seq ? `Start Seq: ${number(opt_start_seq)}` : '',
    isTime(opt_start_time) ? `Start Time: ${localTime(opt_start_time)}` : '',
    external?.api ? `API Prefix: ${external.api}` : '',
    external?.deliver ? `Delivery Prefix: ${external.deliver}` : '',
    consumer?.name ? `Consumer: ${consumer.name}` : '',
  ]
  return parts.filter(Boolean).join(', ')
}

function sourceStates(states: SourceState[]): (Row | null)[] {
  return states.flatMap((state, i) => [...(i > 0 ? [null] : []), ...sourceState(state)])
}

function sourceState({name, lag, active, external, error, filter_subject, subject_transforms}: SourceState): Row[] {
  const transforms = subject_transforms?.map(({src, dest}) => (dest ? mapping({src, dest}) : `${src} untransformed`))
  return [
    ['Stream Name', name],
    ['Subject Filter', filter_subject || undefined],
    ['Subject Filters and Transforms', transforms?.length ? transforms : undefined],
    ['Lag', number(lag ?? 0)],
    ['Last Seen', active !== undefined && active >= 0 ? span(active) : 'never'],
    ['Ext. API Prefix', external?.api || undefined],
    ['Ext. Delivery Prefix', external?.deliver || undefined],
    ['Error', error ? new ApiError(error).message : undefined],
  ]
}

function stateSection({state, config, alternates}: StreamInfo): Section {
  const about = config.metadata ?? {}
  const level = about['_nats.req.level']
  const hosted = about['_nats.level']
  return {
    title: 'State',
    rows: [
      ['Host Version', about['_nats.ver']],
      ['Required API Level', level === undefined ? undefined : `${level}${hosted ? ` hosted at level ${hosted}` : ''}`],
      ['Messages', number(state.messages)],
      ['Bytes', bytes(state.bytes)],
      ['First Sequence', at(state.first_seq, state.first_ts)],
      ['Last Sequence', at(state.last_seq, state.last_ts)],
      ['Deleted Messages', positive(state.num_deleted, number)],
      ['Lost Messages', lostMessages(state)],
      ['Active Consumers', number(state.consumer_count)],
      ['Number of Subjects', positive(state.num_subjects, number)],
      ['Alternates', alternateLines(alternates ?? [])],
    ],
  }
}

const at = (sequence: number, time?: string) => `${number(sequence)}${isTime(time) ? ` @ ${localTime(time)}` : ''}`

function lostMessages({lost}: StreamState): string | undefined {
  if (!lost?.msgs?.length && !lost?.bytes) return undefined
  return `${number(lost.msgs?.length ?? 0)} (${bytes(lost.bytes ?? 0)})`
}

function alternateLines(alternates: NonNullable<StreamInfo['alternates']>): string[] | undefined {
  if (alternates.length === 0) return undefined
  const width = Math.max(...alternates.map(({name}) => name.length))
  return alternates.map(({name, cluster, domain}) => {
    const where = [cluster ? `Cluster: ${cluster}` : '', domain ? `Domain: ${domain}` : ''].filter(Boolean).join(' ')
    return `${name.padStart(width)}: ${where}`
  })
}
