import {bytes, dateTime, duration, number} from '../output/human.ts'
import {type Row, renderRecord, type Section} from '../output/record.ts'
import {neutralise} from '../output/sanitize.ts'
import {clusterRows} from './cluster-info.ts'
import {type ConsumerConfig, isPush} from './consumer-config/config.ts'
import type {ConsumerInfo} from './consumer-info.ts'

/** Everything about a consumer, for people. */
export function describeConsumer(info: ConsumerInfo): string {
  const config = info.config ?? {}
  const metadata = Object.entries(config.metadata ?? {}).filter(([key]) => !key.startsWith('_nats.'))
  return renderRecord(`Information for Consumer ${title(info)}`, [
    {title: 'Configuration', rows: configuration(config, info)},
    ...(metadata.length > 0
      ? [
          {
            title: 'Metadata',
            rows: metadata.sort().map(([key, value]): Row => [neutralise(key), neutralise(String(value))]),
          },
        ]
      : []),
    ...(info.cluster?.name
      ? [{title: 'Cluster Information', rows: clusterRows(info.cluster, 'Raft Group', now(info))}]
      : []),
    state(info),
  ])
}

/** How far a consumer has come, for people. */
export const describeState = (info: ConsumerInfo): string =>
  renderRecord(`State for Consumer ${title(info)}`, [state(info)])

const title = ({stream_name, name, created}: ConsumerInfo) =>
  `${stream_name} > ${name} created ${dateTime(new Date(created))}`

/** `Last Per Subject` of `last_per_subject`. */
export const words = (name = 'none') =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter) => ` ${letter.toUpperCase()}`).trim()

/** The server's clock, as far as it tells. */
const now = ({ts}: ConsumerInfo) => Date.parse(ts ?? '') || Date.now()

const time = (nanoseconds: number | undefined) => (nanoseconds ? duration(nanoseconds / 1e6) : undefined)
const positive = (value: number | undefined) => (value && value > 0 ? number(value) : undefined)
const limit = (value: number | undefined) => (value && value < 0 ? 'unlimited' : positive(value))

function configuration(config: ConsumerConfig, info: ConsumerInfo): Row[] {
  const push = isPush(config)
  const acknowledged = config.ack_policy !== 'none'
  const filters = config.filter_subjects ?? []
  return [
    ['Name', config.durable_name || info.name],
    ['Description', config.description ? neutralise(config.description) : undefined],
    push ? ['Delivery Subject', config.deliver_subject] : ['Pull Mode', true],
    filters.length > 0
      ? ['Filter Subjects', filters.join(', ')]
      : ['Filter Subject', config.filter_subject || undefined],
    ['Deliver Policy', deliverPolicy(config)],
    ['Deliver Queue Group', config.deliver_group || undefined],
    ['Ack Policy', words(config.ack_policy)],
    ['Ack Wait', acknowledged ? time(config.ack_wait) : undefined],
    ['Replay Policy', words(config.replay_policy)],
    ['Maximum Deliveries', positive(config.max_deliver)],
    ['Sampling Rate', config.sample_freq || undefined],
    ['Rate Limit', config.rate_limit_bps ? `${bytes(config.rate_limit_bps / 8)} / second` : undefined],
    ['Max Ack Pending', limit(config.max_ack_pending)],
    ['Max Waiting Pulls', push ? undefined : positive(config.max_waiting)],
    ['Idle Heartbeat', time(config.idle_heartbeat)],
    ['Flow Control', push ? Boolean(config.flow_control) : undefined],
    ['Headers Only', config.headers_only || undefined],
    ['Inactive Threshold', time(config.inactive_threshold)],
    ['Max Pull Expire', time(config.max_expires)],
    ['Max Pull Batch', positive(config.max_batch)],
    ['Max Pull MaxBytes', positive(config.max_bytes)],
    ['Backoff', config.backoff?.length ? config.backoff.map(time).join(', ') : undefined],
    ['Replicas', config.num_replicas || undefined],
    ['Memory Storage', config.mem_storage || undefined],
    ['Paused Until Deadline', paused(info)],
    ['Priority Policy', config.priority_groups?.length ? words(config.priority_policy) : undefined],
    ['Priority Groups', config.priority_groups?.length ? config.priority_groups.join(', ') : undefined],
    ['Pinned TTL', config.priority_policy === 'pinned_client' ? time(config.priority_timeout) : undefined],
  ]
}

function deliverPolicy({deliver_policy, opt_start_seq, opt_start_time}: ConsumerConfig): string {
  if (deliver_policy === 'by_start_sequence') return `From Sequence ${opt_start_seq}`
  if (deliver_policy === 'by_start_time') return `Since ${opt_start_time?.replace('T', ' ').replace('Z', ' +0000 UTC')}`
  return words(deliver_policy)
}

/** `2026-11-21 23:19:28 (2h0m0s remaining)` while it is paused. */
function paused({config, paused, pause_remaining}: ConsumerInfo): string | undefined {
  if (!paused || !config?.pause_until) return undefined
  return `${dateTime(new Date(config.pause_until))} (${duration(Math.round((pause_remaining ?? 0) / 1e9) * 1000)} remaining)`
}

function state(info: ConsumerInfo): Section {
  const {config = {}, delivered, ack_floor, priority_groups} = info
  const {'_nats.ver': version, '_nats.req.level': required = '0', '_nats.level': hosted} = config.metadata ?? {}
  const acknowledged = config.ack_policy !== 'none'
  const outOf = (config.max_ack_pending ?? 0) > 0 ? ` out of maximum ${number(config.max_ack_pending!)}` : ''
  const group = config.deliver_group ? ` using Queue Group ${config.deliver_group}` : ''
  const position = (at: typeof delivered, when: string) =>
    `Consumer sequence: ${number(at?.consumer_seq ?? 0)} Stream sequence: ${number(at?.stream_seq ?? 0)}` +
    (at?.last_active ? ` ${when}: ${ago(at.last_active, now(info))}` : '')
  return {
    title: 'State',
    rows: [
      ['Host Version', version],
      ['Required API Level', hosted ? `${required} hosted at level ${hosted}` : undefined],
      ['Last Delivered Message', position(delivered, 'Last delivery')],
      ['Acknowledgment Floor', acknowledged ? position(ack_floor, 'Last Ack') : undefined],
      ['Outstanding Acks', acknowledged ? `${number(info.num_ack_pending ?? 0)}${outOf}` : undefined],
      ['Redelivered Messages', acknowledged ? number(info.num_redelivered ?? 0) : undefined],
      ['Unprocessed Messages', number(info.num_pending ?? 0)],
      isPush(config)
        ? ['Active Interest', info.push_bound ? `Active${group}` : 'No interest']
        : ['Waiting Pulls', `${number(info.num_waiting ?? 0)} of maximum ${number(config.max_waiting ?? 0)}`],
      ['Paused Until', paused(info)],
      ['Priority Groups', priority_groups?.length ? priority_groups.map(pin).join(', ') : undefined],
    ],
  }
}

function pin({group, pinned_client_id, pinned_ts}: NonNullable<ConsumerInfo['priority_groups']>[number]): string {
  if (!pinned_client_id) return `${group}: No client`
  return `${group}: pinned ${pinned_client_id}${pinned_ts ? ` at ${dateTime(new Date(pinned_ts))}` : ''}`
}

/** How long ago it was, in whole milliseconds; from a second on, hundredths of it. */
export function ago(since: string, now: number): string {
  const passed = Math.max(0, now - Date.parse(since))
  return `${duration(passed < 1000 ? Math.round(passed) : Math.round(passed / 10) * 10)} ago`
}
