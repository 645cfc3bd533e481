import {dateTime, number} from '../output/human.ts'
import {isObject, type Json} from './api.ts'
import {type ClusterInfo, clusterWarnings} from './cluster-info.ts'
import type {ConsumerConfig} from './consumer-config/config.ts'

type Sequences = {consumer_seq?: number; stream_seq?: number; last_active?: string}

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
  cluster?: ClusterInfo | null
  ts?: string
}

/** A consumer from an answer of the API, which may lack anything but its configuration then. */
export function readConsumer({type: _, ...info}: Json): ConsumerInfo {
  return {...info, config: isObject(info.config) ? info.config : {}} as ConsumerInfo
}

/** What is wrong with a consumer, in words for whoever is on call. Nothing for a healthy one. */
export function consumerWarnings(info: ConsumerInfo): string[] {
  const {cluster, config, num_ack_pending: pending = 0, num_redelivered: redelivered = 0} = info
  const warnings = clusterWarnings(cluster)
  if (info.paused) warnings.push(`is paused until ${dateTime(new Date(config.pause_until ?? ''))}`)
  const limit = config?.max_ack_pending ?? 0
  if (limit > 0 && pending >= limit)
    warnings.push(`has ${number(pending)} unacknowledged messages, as many as it may: nothing more is delivered`)
  if (redelivered > 0)
    warnings.push(`had to deliver ${number(redelivered)} ${redelivered === 1 ? 'message' : 'messages'} again`)
  return warnings
}
