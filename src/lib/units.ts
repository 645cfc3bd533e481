/** Milliseconds of each unit a duration may have: Go's, and d, w, M and y as the reference client reads them. */
const MILLISECONDS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  D: 86_400_000,
  w: 7 * 86_400_000,
  W: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
  Y: 365 * 86_400_000,
}

const UNITS = Object.keys(MILLISECONDS).join('|')
const DURATION = new RegExp(`^([+-]?)((?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:${UNITS}))+$`)
const PART = new RegExp(`(\\d+(?:\\.\\d*)?|\\.\\d+)(${UNITS})`, 'g')

/**
 * Reads `1h30m`, `500ms`, `1.5s`, `2d` as milliseconds (fractions allowed); undefined when it is none.
 * A bare number has no unit and is refused, but 0 needs none, as in Go's time.ParseDuration.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!DURATION.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * MILLISECONDS[unit!]!
  return text.startsWith('-') ? -total : total
}

const COUNT_SUFFIX: Record<string, number> = {'': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9, t: 1e12}

/** Reads `1000`, `1e3`, `10k`, `1.5M` as a whole number from 0 up; undefined when it is none. */
export function parseCount(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)([kmgbt]?)$/i.exec(text)
  if (!match) return undefined
  const value = Math.round(Number(match[1]) * COUNT_SUFFIX[match[2]!.toLowerCase()]! * 1e6) / 1e6
  return Number.isSafeInteger(value) ? value : undefined
}

const BYTE_POWER: Record<string, number> = {'': 0, k: 1, m: 2, g: 3, t: 4, p: 5}

/**
 * Reads `512`, `10k`, `1MB`, `1.5GiB` as bytes; undefined when it is none. Every suffix is a power of 1024, as in the
 * reference client and in the server's configuration.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text)
  if (!match) return undefined
  const value = Math.round(Number(match[1]) * 1024 ** BYTE_POWER[(match[2] ?? '').toLowerCase()]!)
  return Number.isSafeInteger(value) ? value : undefined
}
