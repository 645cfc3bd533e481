import {UsageError} from '../../errors.ts'
import {linearBackoff} from './backoff.ts'
import {type ConsumerConfig, type ConsumerOptions, isPush} from './config.ts'
import {metadataMap, splitList} from './lists.ts'
import {serverMetadata} from './overlay.ts'
import {pauseUntil, startPolicy} from './time.ts'

const NANOSECONDS = 1e6

/** What a new consumer has where nothing else is said; whatever is not in here is the server's to fill in. */
export function newConsumer(options: ConsumerOptions): ConsumerConfig {
  return {
    ack_policy: options.target ? 'none' : 'explicit',
    deliver_policy: 'all',
    // Each wait of a backoff needs a delivery before it and one after it.
    max_deliver: options.backoff === 'linear' && !options.target ? backoffSteps(options) + 1 : -1,
    replay_policy: 'instant',
    num_replicas: 0,
  }
}

/**
 * `base` with what `options` name changed, and nothing else: the one place where flags, files and answers become a
 * configuration. The base is `newConsumer` for add, the consumer that is there for edit and copy, the file under
 * --config.
 *
 * @param now what durations back and ahead of are counted from
 * @throws UsageError for options that contradict each other or the base, naming both
 */
export function buildConsumer(base: ConsumerConfig, options: ConsumerOptions, now = new Date()): ConsumerConfig {
  const config = {...base}
  for (const [field, option, scale] of PLAIN) {
    const value = options[option]
    if (value !== undefined) config[field] = typeof value === 'number' ? Math.round(value * scale) : value
  }
  applyMode(config, options)
  applyDelivery(config, options, now)
  applyBackoff(config, options)
  applyGroups(config, options)
  if (options.sample !== undefined) config.sample_freq = options.sample > 0 ? String(options.sample) : ''
  if (options.metadata) config.metadata = {...serverMetadata(base), ...metadataMap(options.metadata)}
  if (options.pause !== undefined) config.pause_until = pauseUntil(options.pause, now).toISOString()
  return config
}

/** Options whose value goes into a field as it is, numbers times a scale. */
const PLAIN: [field: string, option: keyof ConsumerOptions, scale: number][] = [
  ['description', 'description', 1],
  ['ack_policy', 'ack', 1],
  ['ack_wait', 'wait', NANOSECONDS],
  ['deliver_subject', 'target', 1],
  ['deliver_group', 'deliver-group', 1],
  ['rate_limit_bps', 'bps', 1],
  ['idle_heartbeat', 'heartbeat', NANOSECONDS],
  ['flow_control', 'flow-control', 1],
  ['headers_only', 'headers-only', 1],
  ['max_deliver', 'max-deliver', 1],
  ['max_ack_pending', 'max-pending', 1],
  ['max_waiting', 'max-waiting', 1],
  ['max_batch', 'max-pull-batch', 1],
  ['max_expires', 'max-pull-expire', NANOSECONDS],
  ['max_bytes', 'max-pull-bytes', 1],
  ['replay_policy', 'replay', 1],
  ['inactive_threshold', 'inactive-threshold', NANOSECONDS],
  ['mem_storage', 'memory', 1],
  ['num_replicas', 'replicas', 1],
]

function applyMode(config: ConsumerConfig, options: ConsumerOptions): void {
  if (options.pull && options.target) throw contradiction('--pull', '--target', 'a consumer is pulled from, or pushes')
  if (options.pull) for (const field of ['deliver_subject', 'deliver_group']) delete config[field]
  if (isPush(config)) {
    // A pull consumer that is copied to a push one: the server refuses these fields with its own defaults in them.
    if (options.target && options['max-waiting'] === undefined) delete config.max_waiting
    return
  }
  const pushOnly: [unknown, string][] = [
    [options.bps, '--bps'],
    [options.heartbeat, '--heartbeat'],
    [options['flow-control'], '--flow-control'],
  ]
  for (const [value, flag] of pushOnly) {
    if (value)
      throw new UsageError(`${flag} is for push consumers`, `give --target SUBJECT as well, or leave ${flag} out`)
  }
}

function applyDelivery(config: ConsumerConfig, options: ConsumerOptions, now: Date): void {
  if (options.filter) {
    const subjects = splitList(options.filter)
    delete config.filter_subject
    delete config.filter_subjects
    if (subjects.length === 1) config.filter_subject = subjects[0]
    if (subjects.length > 1) config.filter_subjects = subjects
  }
  if (options.deliver === undefined) return
  delete config.opt_start_seq
  delete config.opt_start_time
  Object.assign(config, startPolicy(options.deliver, now))
  // The last message of each subject: the server wants to be told of which subjects.
  if (config.deliver_policy === 'last_per_subject' && !config.filter_subject && !config.filter_subjects?.length)
    config.filter_subject = '>'
}

const backoffSteps = (options: ConsumerOptions) => options['backoff-steps'] ?? 10

function applyBackoff(config: ConsumerConfig, options: ConsumerOptions): void {
  const {backoff, wait, 'backoff-min': min = 60_000, 'backoff-max': max = 1_200_000} = options
  for (const flag of ['backoff-steps', 'backoff-min', 'backoff-max'] as const) {
    if (options[flag] !== undefined && backoff !== 'linear') throw new UsageError(`--${flag} needs --backoff linear`)
  }
  if (backoff === 'none') delete config.backoff
  if (backoff === 'linear') config.backoff = linearBackoff(backoffSteps(options), min * NANOSECONDS, max * NANOSECONDS)
  if (config.backoff?.length && wait)
    throw contradiction('--wait', backoff ? '--backoff' : 'the backoff of this consumer', 'its first step is the wait')
}

const GROUP_POLICIES = [
  ['pinned-groups', 'pinned_client'],
  ['overflow-groups', 'overflow'],
  ['prioritized-groups', 'prioritized'],
] as const

function applyGroups(config: ConsumerConfig, options: ConsumerOptions): void {
  const [given, other] = GROUP_POLICIES.filter(([flag]) => options[flag] !== undefined)
  if (given && other) throw contradiction(`--${given[0]}`, `--${other[0]}`, 'a consumer has one priority policy')
  if (given) {
    config.priority_groups = splitList(options[given[0]]!)
    config.priority_policy = given[1]
    if (given[1] !== 'pinned_client') delete config.priority_timeout
  }
  const ttl = options['pinned-ttl']
  if (ttl === undefined) return
  if (config.priority_policy !== 'pinned_client') throw new UsageError('--pinned-ttl needs --pinned-groups')
  config.priority_timeout = Math.round(ttl * NANOSECONDS)
}

function contradiction(one: string, other: string, why: string): UsageError {
  return new UsageError(`${one} contradicts ${other}`, why)
}
