/**
 * The configuration of a consumer as the JetStream API has it: durations in nanoseconds, times in RFC 3339. Fields that
 * are not listed here are kept as they are, whatever they are.
 */
export type ConsumerConfig = {
  name?: string
  durable_name?: string
  description?: string
  deliver_subject?: string
  deliver_group?: string
  deliver_policy?: string
  opt_start_seq?: number
  opt_start_time?: string
  ack_policy?: string
  ack_wait?: number
  max_deliver?: number
  backoff?: number[]
  filter_subject?: string
  filter_subjects?: string[]
  replay_policy?: string
  sample_freq?: string
  rate_limit_bps?: number
  max_ack_pending?: number
  flow_control?: boolean
  idle_heartbeat?: number
  headers_only?: boolean
  max_waiting?: number
  max_batch?: number
  max_expires?: number
  max_bytes?: number
  inactive_threshold?: number
  num_replicas?: number
  mem_storage?: boolean
  metadata?: Record<string, string>
  pause_until?: string
  priority_groups?: string[]
  priority_policy?: string
  priority_timeout?: number
  [field: string]: unknown
}

/** What the flags of `consumer add`, `copy` and `edit` say, by their names. Durations are in milliseconds. */
export type ConsumerOptions = {
  ack?: string
  bps?: number
  backoff?: string
  'backoff-steps'?: number
  'backoff-min'?: number
  'backoff-max'?: number
  deliver?: string
  'deliver-group'?: string
  description?: string
  ephemeral?: boolean
  filter?: string[]
  'flow-control'?: boolean
  heartbeat?: number
  'headers-only'?: boolean
  'max-deliver'?: number
  'max-pending'?: number
  'max-waiting'?: number
  'max-pull-batch'?: number
  'max-pull-expire'?: number
  'max-pull-bytes'?: number
  pull?: boolean
  replay?: string
  sample?: number
  target?: string
  wait?: number
  'inactive-threshold'?: number
  memory?: boolean
  replicas?: number
  metadata?: string[]
  pause?: string
  'pinned-groups'?: string[]
  'pinned-ttl'?: number
  'overflow-groups'?: string[]
  'prioritized-groups'?: string[]
}

/** Whether the server sends the messages to a subject, instead of waiting for requests. */
export const isPush = ({deliver_subject}: ConsumerConfig): boolean => Boolean(deliver_subject)
