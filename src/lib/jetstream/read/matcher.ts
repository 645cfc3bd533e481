import {isUtf8} from 'node:buffer'
import {UsageError} from '../../errors.ts'
import type {Message} from '../../message/message.ts'
import {headerLines} from '../../message/print.ts'
import {compileJsonPath, type JsonPath} from './json-path.ts'

export type Place = 'body' | 'headers' | 'subject'

export type MatchOptions = {
  /** A JavaScript regular expression; with a path it may be absent: that there is a value is then enough. */
  pattern?: string
  /** The pattern is plain text. */
  fixed?: boolean
  ignoreCase?: boolean
  /** What does not match counts as matching, and the other way round. */
  invert?: boolean
  /** Where to look. A header is looked at as `Name: value`. */
  places: Place[]
  /** Look at the values at this place of a JSON body, instead of the body as a whole. */
  jsonPath?: string
}

/**
 * Compiles what `stream grep` looks for.
 *
 * @throws UsageError for a bad expression or path
 */
export function compileMatcher(options: MatchOptions): (message: Message) => boolean {
  const test = compilePattern(options)
  const path = options.jsonPath === undefined ? undefined : compileJsonPath(options.jsonPath)
  const tests = (path ? ['body' as const] : options.places).map((place) => inPlace(place, test, path))
  const matches = (message: Message) => tests.some((one) => one(message))
  return options.invert ? (message) => !matches(message) : matches
}

function compilePattern({pattern, fixed, ignoreCase}: MatchOptions): (text: string) => boolean {
  if (pattern === undefined) return () => true
  const source = fixed ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : pattern
  try {
    // `m`: ^ and $ stand for the ends of a line, as for grep.
    const expression = new RegExp(source, ignoreCase ? 'imu' : 'mu')
    return (text) => expression.test(text)
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, '')
    throw new UsageError(`not a regular expression: ${reason}`, '--fixed looks for plain text')
  }
}

function inPlace(place: Place, test: (text: string) => boolean, path: JsonPath | undefined) {
  if (path) return (message: Message) => path.find(parse(message.data)).some((value) => test(textOf(value)))
  if (place === 'subject') return ({subject}: Message) => test(subject)
  if (place === 'headers') return ({headers}: Message) => headers !== undefined && headerLines(headers).some(test)
  return ({data}: Message) => test(toText(data))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(toText(data))
  } catch {
    return undefined
  }
}

/** Bytes that are no UTF-8 are looked at one by one: `\xff` finds them. */
function toText(data: Uint8Array): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('latin1')
}
