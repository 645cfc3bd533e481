import {bytes, number} from '../output/human.ts'
import type {Row, Section} from '../output/record.ts'
import {isObject, type JetStreamApi, type Json} from './api.ts'

/** Limits of an account, or of one of its tiers; -1 and 0 are no limit. */
type Limits = {
  max_memory?: number
  max_storage?: number
  max_streams?: number
  max_consumers?: number
  max_ack_pending?: number
  memory_max_stream_bytes?: number
  storage_max_stream_bytes?: number
  max_bytes_required?: boolean
}

/** What a tier, which is the number of replicas (`R1`, `R3`), or the whole account uses. */
type Usage = {
  memory?: number
  storage?: number
  reserved_memory?: number
  reserved_storage?: number
  streams?: number
  consumers?: number
  limits?: Limits | null
}

export type AccountInfo = Json & Usage & {domain?: string; tiers?: {[name: string]: Usage} | null}

/** JetStream's usage and limits of the account. @throws ApiError when JetStream is off for it */
export async function accountInfo(api: JetStreamApi): Promise<AccountInfo> {
  const {type: _, ...info} = await api.request('INFO')
  return info as AccountInfo
}

/** Usage and limits for people. */
export function accountSections(info: AccountInfo, maxPayload: number): Section[] {
  const {domain, tiers, storage = 0, memory = 0, streams = 0, consumers = 0} = info
  const list: [string, Usage][] = tiers ? tiersOf(info) : [['Default', info]]
  return [
    {
      title: 'Account Usage',
      rows: [
        ['Storage', bytes(storage)],
        ['Memory', bytes(memory)],
        ['Streams', number(streams)],
        ['Consumers', number(consumers)],
        ['Domain', domain || undefined],
      ],
    },
    {title: 'Account Limits', rows: [['Max Message Payload', bytes(maxPayload)]]},
    ...list.flatMap(([name, usage]) => tierSections(name, usage)),
  ]
}

const tiersOf = ({tiers}: AccountInfo): [string, Usage][] =>
  Object.entries(isObject(tiers) ? tiers : {}).filter(([, usage]) => isObject(usage)) as [string, Usage][]

const most = (value: number | undefined, show: (value: number) => string) =>
  value !== undefined && value > 0 ? show(value) : 'Unlimited'
const ofMost = (used: number | undefined, value: number | undefined, show: (value: number) => string) =>
  `${show(used ?? 0)} of ${most(value, show)}`

function tierSections(name: string, usage: Usage): Section[] {
  const {reserved_memory = 0, reserved_storage = 0} = usage
  const limits = usage.limits ?? {}
  const reserved = (value: number) => (value > 0 ? ` (${bytes(value)} reserved)` : '')
  const requirements: Row[] = [
    ['Stream Requires Max Bytes Set', limits.max_bytes_required === true],
    ['Consumer Maximum Ack Pending', most(limits.max_ack_pending, number)],
  ]
  const resources: Row[] = [
    ['Memory', `${ofMost(usage.memory, limits.max_memory, bytes)}${reserved(reserved_memory)}`],
    ['Memory Per Stream', most(limits.memory_max_stream_bytes, bytes)],
    ['Storage', `${ofMost(usage.storage, limits.max_storage, bytes)}${reserved(reserved_storage)}`],
    ['Storage Per Stream', most(limits.storage_max_stream_bytes, bytes)],
    ['Streams', ofMost(usage.streams, limits.max_streams, number)],
    ['Consumers', most(limits.max_consumers, (value) => `Maximum ${number(value)} per stream`)],
  ]
  return [
    {title: `Tier: ${name}`, indent: 2, rows: []},
    {title: 'Configuration Requirements', indent: 6, rows: requirements},
    {title: 'Stream Resource Usage Limits', indent: 6, rows: resources},
  ]
}

/** Shares of limits from which on an account is told that it is nearly full. */
const NEAR = 0.9

/** What will soon not fit any more, in words for whoever is on call. */
export function accountWarnings(info: AccountInfo): string[] {
  const list: [string, Usage][] = info.tiers ? tiersOf(info) : [['', info]]
  return list.flatMap(([name, usage]) => {
    const limits = usage.limits ?? {}
    const pairs = [
      ['storage', Math.max(usage.storage ?? 0, usage.reserved_storage ?? 0), limits.max_storage, bytes],
      ['memory', Math.max(usage.memory ?? 0, usage.reserved_memory ?? 0), limits.max_memory, bytes],
      ['streams', usage.streams ?? 0, limits.max_streams, number],
    ] as const
    return pairs.flatMap(([what, used, limit, show]) => {
      if (!limit || limit < 0 || used < limit * NEAR) return []
      const where = name ? ` in tier ${name}` : ''
      return [`${what}${where}: ${show(used)} of ${show(limit)} are used or reserved`]
    })
  })
}
