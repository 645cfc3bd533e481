import {isUtf8} from 'node:buffer'
import {CliError} from '../errors.ts'
import {type HeaderList, headerProblem} from './headers.ts'
import type {Message} from './message.ts'

/** The JSON form of a message, one object a line: what `subscribe --json` writes and `publish --ndjson` reads. */
export type MessageRecord = {
  subject: string
  /** Absent when there is no reply subject. */
  reply?: string
  /** Values by name, in the order in which they came. Absent when there are no headers. */
  headers?: Record<string, string[]>
  /** The body: as text when it is valid UTF-8, as base64 otherwise. */
  data: string
  encoding: 'utf8' | 'base64'
  /** Bytes of the body. */
  size: number
  /** When it was received (UTC, RFC 3339). */
  time: string
}

export function toRecord(message: Message, time: Date): MessageRecord {
  return JSON.parse(encodeRecord(message, time.getTime()))
}

/**
 * The same as a line of JSON without its newline. Written by hand as `subscribe --json` makes hundreds of thousands a second.
 *
 * @param time when the message was received, in milliseconds since the epoch; fractions are left out
 * @param extra more members, as `,"name":value`
 */
export function encodeRecord({subject, reply, headers, data}: Message, time: number, extra = ''): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const utf8 = isUtf8(bytes)
  let json = `{"subject":${JSON.stringify(subject)}`
  if (reply) json += `,"reply":${JSON.stringify(reply)}`
  if (headers?.length) json += `,"headers":${encodeHeaders(headers)}`
  json += utf8
    ? `,"data":${JSON.stringify(bytes.toString())},"encoding":"utf8"`
    : `,"data":"${bytes.toString('base64')}","encoding":"base64"`
  return `${json},"size":${bytes.length},"time":"${isoTime(Math.floor(time))}"${extra}}`
}

function encodeHeaders(headers: HeaderList): string {
  const byName = new Map<string, string[]>()
  for (const [name, value] of headers) {
    const values = byName.get(name)
    if (values) values.push(value)
    else byName.set(name, [value])
  }
  // Not by way of an object: a header may be called __proto__.
  const members = [...byName].map(([name, values]) => `${JSON.stringify(name)}:${JSON.stringify(values)}`)
  return `{${members.join(',')}}`
}

let lastTime = Number.NaN
let lastText = ''

/** Many messages come in one millisecond; its text is made once. */
function isoTime(time: number): string {
  if (time !== lastTime) {
    lastTime = time
    lastText = new Date(time).toISOString()
  }
  return lastText
}

/**
 * Reads a record back: what `encodeRecord` wrote, or JSON by another hand with at least a subject. `data` is text unless
 * `encoding` says base64; a value of `headers` may be one string.
 *
 * @throws CliError that tells what is wrong with it
 */
export function decodeRecord(json: string): Message {
  const record = parse(json)
  const {subject, reply, headers, data = '', encoding = 'utf8'} = record as Record<string, unknown>
  if (typeof subject !== 'string') throw new CliError('"subject" is missing')
  if (reply !== undefined && typeof reply !== 'string') throw new CliError('"reply" is not a string')
  if (typeof data !== 'string') throw new CliError('"data" is not a string')
  if (encoding !== 'utf8' && encoding !== 'base64') throw new CliError('"encoding" is neither "utf8" nor "base64"')
  if (encoding === 'base64' && !BASE64.test(data)) throw new CliError('"data" is not base64')
  return {subject, reply: reply || undefined, headers: decodeHeaderValues(headers), data: Buffer.from(data, encoding)}
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function parse(json: string): object {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new CliError((error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CliError('it is not a JSON object')
  return value
}

function decodeHeaderValues(headers: unknown): HeaderList | undefined {
  if (headers === undefined || headers === null) return undefined
  if (typeof headers !== 'object' || Array.isArray(headers)) throw new CliError('"headers" is not an object')
  const list: HeaderList = []
  for (const [name, values] of Object.entries(headers)) {
    for (const value of Array.isArray(values) ? values : [values]) {
      if (typeof value !== 'string')
        throw new CliError(`header ${JSON.stringify(name)} is not a string or a list of strings`)
      const problem = headerProblem(name, value)
      if (problem) throw new CliError(problem)
      list.push([name, value])
    }
  }
  return list
}
