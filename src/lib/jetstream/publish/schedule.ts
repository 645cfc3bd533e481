import {UsageError} from '../../errors.ts'
import type {HeaderList} from '../../message/headers.ts'
import type {Requirement} from '../requirements.ts'

/** The --schedule-… flags of `publish`; durations are in milliseconds. */
export type ScheduleFlags = {
  'schedule-at'?: string
  'schedule-after'?: number
  'schedule-every'?: number
  'schedule-cron'?: string
  'schedule-dest'?: string
  'schedule-source'?: string
  'schedule-ttl'?: number
}

const WHEN = ['schedule-at', 'schedule-after', 'schedule-every', 'schedule-cron'] as const
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

/**
 * The headers that have a stream publish a message later (ADR-51): the last such message of a subject counts, hence the rollup.
 *
 * @param now milliseconds since the epoch
 * @throws UsageError for flags that contradict each other, or lack another
 */
export function scheduleHeaders(flags: ScheduleFlags, now: number): HeaderList {
  const [given, another] = WHEN.filter((name) => flags[name] !== undefined)
  const [other] = (['schedule-dest', 'schedule-source', 'schedule-ttl'] as const).filter(
    (name) => flags[name] !== undefined,
  )
  if (given && another)
    throw new UsageError(`--${given} and --${another} contradict each other: a message has one schedule`)
  if (!given && !other) return []
  if (!given)
    throw new UsageError(`--${other} needs a time`, `add one of ${WHEN.map((name) => `--${name}`).join(', ')}`)
  const {'schedule-dest': dest, 'schedule-source': source, 'schedule-ttl': ttl} = flags
  if (!dest) throw new UsageError(`--${given} needs a subject to publish to`, 'add --schedule-dest SUBJECT')

  const headers: HeaderList = [
    ['Nats-Schedule', pattern(flags, now)],
    ['Nats-Schedule-Target', dest],
    ['Nats-Rollup', 'sub'],
  ]
  if (source !== undefined) headers.push(['Nats-Schedule-Source', source])
  if (ttl !== undefined) headers.push(['Nats-Schedule-TTL', goDuration(ttl)])
  return headers
}

function pattern(flags: ScheduleFlags, now: number): string {
  const {'schedule-at': at, 'schedule-after': after, 'schedule-every': every, 'schedule-cron': cron} = flags
  if (after !== undefined) return `@at ${time(now + after)}`
  if (every !== undefined) return `@every ${goDuration(every)}`
  if (at === undefined) return cron!
  if (!RFC3339.test(at) || Number.isNaN(Date.parse(at)))
    throw new UsageError(`--schedule-at: ${JSON.stringify(at)} is not a time`, 'write it as 2030-01-31T15:04:05Z')
  return `@at ${time(Date.parse(at))}`
}

/** RFC 3339 in UTC, without a fraction that is zero. */
const time = (milliseconds: number) => new Date(milliseconds).toISOString().replace('.000', '')

/** A duration as Go's time.Duration prints it from a second up: `1h0m0s`, `5m0s`, `1.5s`. */
function goDuration(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000)
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000)
  const seconds = (milliseconds % 60_000) / 1000
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

/** What these flags and headers need of the server, which drops in silence what it does not know. */
export function publishNeeds({atomic}: {atomic: boolean}, headers: HeaderList): Requirement[] {
  const values = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  const schedule = values.get('nats-schedule')
  const needs: Requirement[] = []
  if (atomic) needs.push({what: '--atomic', version: '2.12.0'})
  if (schedule?.startsWith('@at ')) needs.push({what: 'a scheduled message', version: '2.12.0'})
  else if (schedule !== undefined) needs.push({what: 'a schedule that repeats', version: '2.14.0'})
  if (values.has('nats-schedule-source')) needs.push({what: '--schedule-source', version: '2.14.0'})
  if (values.has('nats-ttl')) needs.push({what: 'Nats-TTL', version: '2.11.0'})
  return needs
}
