import {UsageError} from '../../errors.ts'
import {metadataMap, splitList} from '../consumer-config/lists.ts'
import type {StreamConfig, Transform} from '../stream.ts'
import type {StreamOptions} from './options.ts'
import {parseSource} from './source.ts'

const NANOSECONDS = 1e6
const DUPLICATE_WINDOW_MS = 120_000

/** What a new stream has where nothing else is said, as the reference client fills it in. */
export function newStream(name: string, options: StreamOptions): StreamConfig {
  const age = options['max-age'] ?? 0
  const window = age > 0 ? Math.min(age, DUPLICATE_WINDOW_MS) : DUPLICATE_WINDOW_MS
  return {
    name,
    // Here for their place in the JSON.
    description: undefined,
    subjects: undefined,
    retention: 'limits',
    max_consumers: -1,
    max_msgs_per_subject: -1,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msg_size: -1,
    storage: 'file',
    discard: 'old',
    num_replicas: 1,
    // A mirror takes what its origin took: the server refuses a window for it.
    ...(options.mirror ? {} : {duplicate_window: window * NANOSECONDS}),
    sealed: false,
    deny_delete: false,
    deny_purge: false,
    allow_rollup_hdrs: false,
    allow_direct: true,
    mirror_direct: false,
  }
}

/**
 * `base` with what `options` name changed, and nothing else: the one place where flags, files and answers become a
 * configuration. The base is `newStream` for add, the stream that is there for edit and copy, the file under --config.
 *
 * @throws UsageError for options that contradict each other or the base
 */
export function buildStream(base: StreamConfig, options: StreamOptions): StreamConfig {
  const config = {...base}
  for (const [option, field, convert] of PLAIN) {
    const value = options[option]
    if (value !== undefined) config[field] = convert ? convert(value as never) : value
  }
  if (options.subjects) config.subjects = splitList(options.subjects)
  applyOrigin(config, options)
  applyPlacement(config, options)
  applyMappings(config, options)
  applyConsumerLimits(config, options)
  if (options.metadata) config.metadata = {...serverMetadata(base), ...metadataMap(options.metadata)}
  return config
}

const nanoseconds = (milliseconds: number) => Math.round(milliseconds * NANOSECONDS)

/** Options whose value goes into one field. */
const PLAIN: [option: keyof StreamOptions, field: string, convert?: (value: never) => unknown][] = [
  ['description', 'description'],
  ['storage', 'storage', (value: string) => (value.startsWith('m') ? 'memory' : 'file')],
  ['compression', 'compression'],
  ['replicas', 'num_replicas'],
  ['ack', 'no_ack', (value: boolean) => !value],
  ['retention', 'retention', (value: string) => (value.startsWith('work') ? 'workqueue' : value)],
  ['discard', 'discard'],
  ['discard-per-subject', 'discard_new_per_subject'],
  ['first-sequence', 'first_seq'],
  ['max-age', 'max_age', nanoseconds],
  ['max-bytes', 'max_bytes'],
  ['max-consumers', 'max_consumers'],
  ['max-msg-size', 'max_msg_size'],
  ['max-msgs', 'max_msgs'],
  ['max-msgs-per-subject', 'max_msgs_per_subject'],
  ['dupe-window', 'duplicate_window', nanoseconds],
  ['allow-batch', 'allow_atomic'],
  ['allow-fast', 'allow_batched'],
  ['allow-counter', 'allow_msg_counter'],
  ['allow-rollup', 'allow_rollup_hdrs'],
  ['deny-delete', 'deny_delete'],
  ['deny-purge', 'deny_purge'],
  ['allow-direct', 'allow_direct'],
  ['allow-mirror-direct', 'mirror_direct'],
  ['allow-msg-ttl', 'allow_msg_ttl'],
  ['allow-schedules', 'allow_msg_schedules'],
  ['subject-del-markers-ttl', 'subject_delete_marker_ttl', nanoseconds],
  ['persist-mode', 'persist_mode'],
]

function applyOrigin(config: StreamConfig, options: StreamOptions): void {
  if (options.mirror) config.mirror = parseSource('--mirror', options.mirror)
  if (options['no-mirror']) delete config.mirror
  if (options.source) config.sources = options.source.map((text) => parseSource('--source', text))
  if (!config.mirror) return
  if (options.mirror && options.source)
    throw new UsageError('--mirror contradicts --source: a mirror copies one stream')
  if (config.subjects?.length)
    throw new UsageError('--mirror contradicts --subjects: a mirror stores nothing but what it copies')
}

function applyPlacement(config: StreamConfig, {cluster, tag}: StreamOptions): void {
  if (cluster === undefined && tag === undefined) return
  const placement = {...config.placement}
  if (cluster !== undefined) placement.cluster = cluster
  if (tag) placement.tags = tag.filter(Boolean)
  if (!placement.cluster) delete placement.cluster
  if (!placement.tags?.length) delete placement.tags
  config.placement = placement
  if (Object.keys(placement).length === 0) delete config.placement
}

/** The subject transform and republishing: each is a pair, of which an edit may name one half. */
function applyMappings(config: StreamConfig, options: StreamOptions): void {
  const pair = (kind: 'transform' | 'republish', base: Transform | null | undefined) => {
    const [src, dest] = [options[`${kind}-source`], options[`${kind}-destination`]]
    const headers = kind === 'republish' && options['republish-headers'] ? {headers_only: true} : {}
    if (src === undefined && dest === undefined && !('headers_only' in headers)) return base
    const made = {...base, ...(src === undefined ? {} : {src}), ...(dest === undefined ? {} : {dest}), ...headers}
    if (made.src !== undefined && made.dest) return made
    throw new UsageError(`--${kind}-source and --${kind}-destination are needed both`)
  }
  const transform = options['no-transform'] ? undefined : pair('transform', config.subject_transform)
  const republish = options['no-republish'] ? undefined : pair('republish', config.republish)
  Object.assign(config, {subject_transform: transform, republish})
  if (!transform) delete config.subject_transform
  if (!republish) delete config.republish
}

function applyConsumerLimits(config: StreamConfig, options: StreamOptions): void {
  const {'limit-consumer-inactive': inactive, 'limit-consumer-max-pending': pending} = options
  if (inactive === undefined && pending === undefined) return
  const limits = {...config.consumer_limits}
  if (inactive !== undefined) limits.inactive_threshold = nanoseconds(inactive)
  if (pending !== undefined) limits.max_ack_pending = pending
  config.consumer_limits = limits
}

/** Keys that the server keeps in the metadata for itself. */
function serverMetadata({metadata}: StreamConfig): {[key: string]: string} {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => key.startsWith('_nats.')))
}
