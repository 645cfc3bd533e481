import {headers, type Msg, type MsgHdrs} from '@nats-io/nats-core'
import {UsageError} from '../errors.ts'
import {headerBlock} from '../wire/wire.ts'
import {compileTemplate, literal, type TemplateValues} from './templates.ts'

/** Names and values in the order in which they stand in the message; a name can come more than once. */
export type HeaderList = [name: string, value: string][]

/** A header name: printable ASCII without the colon (ADR-4). */
const NAME = /^[!-9;-~]+$/

/**
 * Reads `-H NAME:VALUE` flags. Order and case are kept, space around the value is not.
 *
 * @throws UsageError for a text without a colon, an impossible name, or a line break in it
 */
export function parseHeaders(flags: string[] = []): HeaderList {
  return flags.map((flag) => {
    const colon = flag.indexOf(':')
    const hint = 'write it as NAME:VALUE'
    if (colon < 0) throw new UsageError(`header ${JSON.stringify(flag)} has no colon`, hint)
    const name = flag.slice(0, colon)
    const value = flag.slice(colon + 1).trim()
    const problem = headerProblem(name, value)
    if (problem) throw new UsageError(problem, hint)
    return [name, value]
  })
}

/** Why a header cannot be sent, if it cannot. */
export function headerProblem(name: string, value: string): string | undefined {
  if (name === '') return `the header with the value ${JSON.stringify(value)} has no name`
  if (!NAME.test(name)) return `the header name ${JSON.stringify(name)} has characters other than printable ASCII`
  if (/[\r\n]/.test(value)) return `the header "${name}" has a line break in its value`
  return undefined
}

/** Renders the templates in header values; `render` gives undefined when there is no header at all. */
export type HeaderTemplates = {dynamic: boolean; render(values: TemplateValues): HeaderList | undefined}

export function compileHeaders(list: HeaderList, options: {templates: boolean; inReply?: boolean}): HeaderTemplates {
  const compiled = list.map(([name, value]) => {
    return [name, options.templates ? compileTemplate(value, `header ${name}`, options) : literal(value)] as const
  })
  const dynamic = compiled.some(([, template]) => template.dynamic)
  return {
    dynamic,
    render(values) {
      if (compiled.length === 0) return undefined
      // A request that is quoted in a header of its answer must not add headers of its own.
      return compiled.map(([name, template]) => [name, template.render(values).replace(/\s*[\r\n]+\s*/g, ' ')])
    },
  }
}

/** Headers as nats.js sends them, with the method that makes the bytes of them, which its type does not tell of. */
export type EncodableHeaders = MsgHdrs & {encode(): Uint8Array}

export function toMsgHdrs(list: HeaderList | undefined): EncodableHeaders | undefined {
  if (!list?.length) return undefined
  const result = headers()
  for (const [name, value] of list) result.append(name, value)
  return result as EncodableHeaders
}

/** The headers of a message from nats.js, in the order and the case in which they came; undefined when it has none. */
export function headersOf(msg: Msg): HeaderList | undefined {
  const block = headerBlock(msg)
  return block && decodeHeaders(block)
}

/**
 * Reads a header block as it came (ADR-4: a version line with an optional status, `Name: value` lines); a status line
 * such as `503 No Responders` gives the headers Status and Description, as in the reference. It refuses nothing, as
 * whoever looks at messages wants to see the odd ones too.
 */
export function decodeHeaders(block: Uint8Array): HeaderList {
  const lines = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString().split('\r\n')
  const list: HeaderList = []
  const status = /^NATS\/1\.0\s*(\d+)?\s*(.*)$/.exec(lines[0]!)
  if (status?.[1]) list.push(['Status', status[1]])
  if (status?.[1] && status[2]) list.push(['Description', status[2].trim()])
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!
    const colon = line.indexOf(':')
    if (colon >= 0) list.push([line.slice(0, colon), line.slice(colon + 1).trim()])
  }
  return list
}
