import {UsageError} from '../../errors.ts'
import {parseDuration} from '../../units.ts'

/** A place in a stream: a sequence, or a time in milliseconds since the epoch. */
export type Position = {sequence: number} | {time: number}

/** Where reading begins: at a place, or with the last message of each subject. */
export type Start = Position | {lastPerSubject: true}

/** A date, perhaps a time of day, perhaps a zone; without one it is the local time. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Reads `1042` as a sequence, `2026-11-21T21:16:59Z`, `2026-11-21 21:16` or `2026-11-21` as a time (local, unless it has a
 * zone), and `2h` as that long ago.
 *
 * @throws UsageError for anything else
 */
export function parsePosition(text: string, flag: string, now = Date.now()): Position {
  if (/^\d+$/.test(text)) {
    const sequence = Number(text)
    if (Number.isSafeInteger(sequence)) return {sequence}
  }
  const ago = parseDuration(text)
  if (ago !== undefined && ago >= 0) return {time: now - ago}
  if (DATE.test(text)) {
    // A date alone would be taken as UTC.
    const time = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'))
    if (!Number.isNaN(time)) return {time}
  }
  throw new UsageError(
    `${flag}: ${JSON.stringify(text)} is neither a sequence nor a time`,
    'give a sequence (1042), a time (2026-11-21T21:16:59Z, local without a zone), or how long ago (2h)',
  )
}
