import {UsageError} from '../../errors.ts'
import {parseDuration} from '../../units.ts'
import type {ConsumerConfig} from './config.ts'

/** Words of --deliver, those of the reference and those of the API. */
const POLICIES: Record<string, string> = {
  all: 'all',
  new: 'new',
  next: 'new',
  last: 'last',
  subject: 'last_per_subject',
  last_per_subject: 'last_per_subject',
}

/**
 * Where a consumer begins: a policy, a sequence, a time, or how long ago.
 *
 * @throws UsageError for anything else
 */
export function startPolicy(text: string, now: Date): Partial<ConsumerConfig> {
  const policy = POLICIES[text]
  if (policy) return {deliver_policy: policy}
  if (/^[1-9]\d*$/.test(text)) return {deliver_policy: 'by_start_sequence', opt_start_seq: Number(text)}
  const ago = parseDuration(text)
  const start = ago !== undefined && ago > 0 ? new Date(now.getTime() - ago) : parseTime(text)
  if (start) return {deliver_policy: 'by_start_time', opt_start_time: start.toISOString()}
  throw new UsageError(
    `--deliver: ${JSON.stringify(text)} is no place to start`,
    'give all, new, last, subject, a sequence from 1 up, how long ago (1h), or a time (2026-01-02T03:04:05Z)',
  )
}

/**
 * Until when to pause: a duration from now on, or a time.
 *
 * @throws UsageError for anything else
 */
export function pauseUntil(text: string, now: Date): Date {
  const ahead = parseDuration(text)
  const until = ahead !== undefined && ahead >= 0 ? new Date(now.getTime() + ahead) : parseTime(text)
  if (until) return until
  throw new UsageError(
    `${JSON.stringify(text)} is neither a duration nor a time to pause until`,
    'give for example 1h, or 2026-01-02T03:04:05Z',
  )
}

/** Reads `2026-01-02T03:04:05Z`, also with another zone, and `2026-01-02 03:04:05`, which is UTC as in the reference. */
function parseTime(text: string): Date | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/i.exec(text)
  if (!match) return undefined
  const time = new Date(`${match[1]}T${match[2]}${match[3] ?? 'Z'}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}
