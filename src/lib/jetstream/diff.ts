import {duration} from '../output/human.ts'
import {hasColor} from '../output/terminal.ts'
import {isObject, type Json} from './api.ts'

/** A field that differs; undefined where a side does not have it. `field` is a path: `placement.cluster`. */
export type Difference = {field: string; old?: unknown; new?: unknown}

/**
 * What differs between two configurations. Absent, null, false, 0, "", [] and {} are the same here, as the server cannot
 * tell them apart either: its fields are Go's, and leave out their zero value.
 */
export function differences(before: Json, after: Json, prefix = ''): Difference[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return fields.flatMap((field): Difference[] => {
    const [old, fresh] = [before[field], after[field]].map((value) => (isZero(value) ? undefined : value))
    if (isObject(old) || isObject(fresh)) {
      const [left, right] = [old, fresh].map((value) => (isObject(value) ? value : {}))
      return differences(left!, right!, `${prefix}${field}.`)
    }
    return sameValue(old, fresh) ? [] : [{field: prefix + field, old, new: fresh}]
  })
}

/** For people: `- description: "old"` and `+ description: "new"`, in red and green on a terminal. */
export function renderDifferences(list: Difference[]): string {
  const [red, green, plain] = hasColor(1) ? ['\u001b[31m', '\u001b[32m', '\u001b[0m'] : ['', '', '']
  const lines = list.flatMap(({field, old, new: fresh}) => [
    ...(old === undefined ? [] : [`${red}- ${field}: ${show(field, old)}${plain}`]),
    ...(fresh === undefined ? [] : [`${green}+ ${field}: ${show(field, fresh)}${plain}`]),
  ])
  return ['Differences (-old +new):', ...lines].join('\n')
}

const ZERO_TIME = '0001-01-01T00:00:00Z'

function isZero(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  return !value || value === ZERO_TIME
}

/** Equal whatever the order of the keys: a file may have another one than the server. */
function sameValue(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, i) => sameValue(value, other[i]))
  if (isObject(one) && isObject(other)) return differences(one, other).length === 0
  return one === other
}

/** Fields of streams and consumers that are durations in nanoseconds. */
const DURATIONS = new Set([
  ...['ack_wait', 'backoff', 'duplicate_window', 'idle_heartbeat', 'inactive_threshold', 'max_age', 'max_expires'],
  ...['priority_timeout', 'subject_delete_marker_ttl'],
])

function show(field: string, value: unknown): string {
  if (!DURATIONS.has(field.split('.').at(-1)!)) return JSON.stringify(value)
  const text = (nanoseconds: unknown) => (typeof nanoseconds === 'number' ? duration(nanoseconds / 1e6) : nanoseconds)
  return Array.isArray(value) ? `[${value.map(text).join(', ')}]` : String(text(value))
}
