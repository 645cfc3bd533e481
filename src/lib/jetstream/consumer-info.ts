import {duration, number} from '../output/human.ts'
import type {ConsumerConfig} from './consumer-config/config.ts'

type Sequences = {consumer_seq?: number; stream_seq?: number; last_active?: string}
type Replica = {name: string; current?: boolean; offline?: boolean; active?: number; lag?: number}

/**
 * What the API tells of a consumer (`CONSUMER.INFO`): durations in nanoseconds, times in RFC 3339. Fields that a server
 * leaves out are undefined.
 */
export type ConsumerInfo = {
  stream_name: string
  name: string
  config: ConsumerConfig
  created: string
  delivered?: Sequences
  ack_floor?: Sequences
  num_ack_pending?: number
  num_redelivered?: number
  num_waiting?: number
  num_pending?: number
  push_bound?: boolean
  paused?: boolean
  pause_remaining?: number
  priority_groups?: {group: string; pinned_client_id?: string; pinned_ts?: string}[] | null
  cluster?: {name?: string; raft_group?: string; leader?: string; leader_since?: string; replicas?: Replica[] | null}
  ts?: string
}

/** Operations that a replica may be behind before it is worth a word. */
const LAG = 10_000
/** Nanoseconds since a replica was heard of. */
const SILENCE = 10e9

/** What someone who is called at night wants to be told of a consumer without looking for it. */
export function consumerWarnings(info: ConsumerInfo): string[] {
  const {cluster, config, num_ack_pending: pending = 0, num_redelivered: redelivered = 0} = info
  const warnings: string[] = []
  if (cluster && !cluster.leader) warnings.push('it has no leader: nothing is delivered until one is elected')
  for (const {name, current, offline, active = 0, lag = 0} of cluster?.replicas ?? []) {
    if (offline) warnings.push(`replica ${name} is offline`)
    else if (!current) warnings.push(`replica ${name} is not current`)
    else if (lag > LAG) warnings.push(`replica ${name} is ${number(lag)} operations behind`)
    else if (active > SILENCE) warnings.push(`replica ${name} was not heard of for ${duration(active / 1e6)}`)
  }
  const limit = config?.max_ack_pending ?? 0
  if (limit > 0 && pending >= limit)
    warnings.push(
      `${number(pending)} messages await their acknowledgement, which is its limit: nothing more is delivered`,
    )
  if (redelivered > 0) warnings.push(`${number(redelivered)} messages were delivered more than once`)
  return warnings
}
