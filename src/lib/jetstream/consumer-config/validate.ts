import {UsageError} from '../../errors.ts'
import type {Json} from '../api.ts'
import type {ConsumerConfig} from './config.ts'

type Kind = 'text' | 'number' | 'flag' | 'texts' | 'numbers' | string[]

/** What the fields of a consumer may be. Fields that are not here are for the server to judge. */
const FIELDS: Record<string, Kind> = {
  ack_policy: ['none', 'all', 'explicit', 'flow_control'],
  ack_wait: 'number',
  backoff: 'numbers',
  deliver_group: 'text',
  deliver_policy: ['all', 'last', 'new', 'by_start_sequence', 'by_start_time', 'last_per_subject'],
  deliver_subject: 'text',
  description: 'text',
  direct: 'flag',
  durable_name: 'text',
  filter_subject: 'text',
  filter_subjects: 'texts',
  flow_control: 'flag',
  headers_only: 'flag',
  idle_heartbeat: 'number',
  inactive_threshold: 'number',
  max_ack_pending: 'number',
  max_batch: 'number',
  max_bytes: 'number',
  max_deliver: 'number',
  max_expires: 'number',
  max_waiting: 'number',
  mem_storage: 'flag',
  name: 'text',
  num_replicas: 'number',
  opt_start_seq: 'number',
  opt_start_time: 'text',
  pause_until: 'text',
  priority_groups: 'texts',
  priority_policy: ['none', 'overflow', 'pinned_client', 'prioritized'],
  priority_timeout: 'number',
  rate_limit_bps: 'number',
  replay_policy: ['instant', 'original'],
  sample_freq: 'text',
}

/** What is wrong with a configuration, each as `field: what`. Null counts as absent. */
export function consumerFaults(config: Json): string[] {
  const faults = Object.entries(FIELDS).flatMap(([field, kind]) => {
    const value = config[field]
    if (value === undefined || value === null || fits(value, kind)) return []
    return [`${field}: ${JSON.stringify(value)} is not ${wanted(kind)}`]
  })
  const metadata = config.metadata ?? {}
  const plain = typeof metadata === 'object' && Object.values(metadata).every((value) => typeof value === 'string')
  return plain ? faults : [...faults, 'metadata: its values must be text']
}

/** @throws UsageError that names everything that is wrong */
export function checkConsumer(config: Json): asserts config is ConsumerConfig {
  const faults = consumerFaults(config)
  if (faults.length > 0) throw new UsageError(`the configuration is not valid: ${faults.join('; ')}`)
}

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return Number.isInteger(value)
    case 'flag':
      return typeof value === 'boolean'
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'numbers':
      return Array.isArray(value) && value.every((item) => Number.isInteger(item))
    default:
      return (kind as string[]).includes(value as string)
  }
}

function wanted(kind: Kind): string {
  if (typeof kind !== 'string') return `one of ${kind.join(', ')}`
  const names: Record<string, string> = {
    text: 'a text',
    number: 'a whole number',
    flag: 'true or false',
    texts: 'a list of texts',
    numbers: 'a list of whole numbers',
  }
  return names[kind]!
}
