import type {Frame} from '../../wire/scanner.ts'

/**
 * What a status message of a pull request (ADR-37) means:
 * - `alive`: a heartbeat, the request goes on
 * - `expired`: its time is over
 * - `complete`: it ended early, and another one may follow
 * - `retry`: the consumer cannot be reached for now, or serves too many others
 * - `gone`: the consumer was deleted
 * - `refused`: the request is wrong, and will stay so
 */
export type Meaning = 'alive' | 'expired' | 'complete' | 'retry' | 'gone' | 'refused'
export type Status = {meaning: Meaning; code: number; description: string}

const CONFLICTS: [description: RegExp, meaning: Meaning][] = [
  [/consumer deleted/i, 'gone'],
  [/batch completed|exceeds maxbytes|interrupted/i, 'complete'],
  [/leadership change|server shutdown|exceeded maxwaiting/i, 'retry'],
]

/** Reads the status of a frame; undefined when it has none. */
export function readStatus(frame: Frame): Status | undefined {
  const [line = ''] = frame.headers.toString('latin1').split('\r\n', 1)
  const match = /^NATS\/1\.0 (\d{3}) ?(.*)$/.exec(line)
  if (!match) return undefined
  const [code, description] = [Number(match[1]), match[2]!.trim()]
  return {code, description, meaning: meaningOf(code, description)}
}

function meaningOf(code: number, description: string): Meaning {
  if (code === 100) return 'alive'
  if (code === 404 || code === 408) return 'expired'
  // 423: another client is pinned now. 503: nothing answers for the consumer.
  if (code === 423 || code === 503) return 'retry'
  if (code === 409) return CONFLICTS.find(([pattern]) => pattern.test(description))?.[1] ?? 'refused'
  return 'refused'
}
