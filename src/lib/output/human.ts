const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

const two = (value: number) => String(value).padStart(2, '0')

/** Local time of day as `HH:MM:SS`, which begins every status line. */
export function clock(date = new Date()): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Local date and time as `2026-11-21 21:13:05`. */
export function dateTime(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`
}

/** A whole number with thousands separators: `1,234,567`. */
export function number(value: number | bigint): string {
  // Not toLocaleString: the tables of a language take 10 ms to load.
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 message`, `1,234 messages`. */
export function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** A size for people in powers of 1024: `142 B`, `1.0 MiB`. */
export function bytes(value: number): string {
  let amount = value
  let unit = 0
  while (Math.round(amount) >= 1024 && unit < BYTE_UNITS.length - 1) {
    amount /= 1024
    unit++
  }
  return `${unit === 0 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${BYTE_UNITS[unit]}`
}

/** At most `digits` digits after the point, and no zeros at the end. */
const decimals = (value: number, digits: number) => String(Number(value.toFixed(digits)))

/** A duration in milliseconds for people, as Go prints one: `88µs`, `1.23ms`, `55.14s`, `5m8s`, `3d4h12m5s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 0) return `-${duration(-milliseconds)}`
  if (milliseconds === 0) return '0s'
  if (milliseconds < 0.001) return `${Math.round(milliseconds * 1e6)}ns`
  if (milliseconds < 1) return `${decimals(milliseconds * 1000, 2)}µs`
  if (milliseconds < 1000) return `${decimals(milliseconds, 2)}ms`
  if (milliseconds < 60_000) return `${decimals(milliseconds / 1000, 2)}s`

  const seconds = Math.round(milliseconds / 1000)
  const parts: [number, string][] = [
    [Math.floor(seconds / (365 * 86_400)), 'y'],
    [Math.floor((seconds % (365 * 86_400)) / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts
    .slice(first)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('')
}
