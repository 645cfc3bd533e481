import {neutralise} from '../output/sanitize.ts'
import type {HeaderList} from './headers.ts'
import type {Message} from './message.ts'

export type PrintOptions = {
  /** Only the body, and the newline that ends it. Wins over the other two. */
  raw?: boolean
  /** The headline and the headers. */
  headersOnly?: boolean
  /** The headline alone. */
  subjectsOnly?: boolean
  /** Whether this goes to a terminal, which is kept from obeying what is in the message. */
  terminal: boolean
}

const NEWLINE = Buffer.from('\n')

/**
 * A message for people, ready to be written: the headline, the headers and a blank line if there are any, the body (`nil body`
 * for an empty one), and a blank line, so that there is one between two messages.
 *
 * @param opening what stands before the subject: `[#3] Received on`
 */
export function renderMessage(message: Message, opening: string, options: PrintOptions): Uint8Array {
  const {subject, reply} = message
  return renderUnder(`${opening} "${subject}"${reply ? ` with reply "${reply}"` : ''}`, message, options)
}

/** The same under a headline of another form. */
export function renderUnder(headline: string, {headers, data}: Message, options: PrintOptions): Uint8Array {
  if (options.raw) return renderBody(data, options)
  let head = `${headline}\n`
  if (!options.subjectsOnly && headers?.length) head += `${headerLines(headers).join('\n')}\n\n`
  const top = Buffer.from(options.terminal ? neutralise(head) : head)
  if (options.headersOnly || options.subjectsOnly) return top
  return Buffer.concat([top, renderBody(data, options), NEWLINE])
}

/**
 * A body and the newline that ends it: one is added only where the body ends with none. An empty body is an empty line under
 * `raw` and `nil body` otherwise. Bytes stay as they are, except on a terminal.
 */
export function renderBody(data: Uint8Array, {raw, terminal}: Pick<PrintOptions, 'raw' | 'terminal'>): Uint8Array {
  if (data.length === 0) return Buffer.from(raw ? '\n' : 'nil body\n')
  const body = terminal ? Buffer.from(neutralise(toText(data))) : data
  return data.at(-1) === 0x0a ? body : Buffer.concat([body, NEWLINE])
}

/** `Name: value` lines without their newlines. */
export function headerLines(headers: HeaderList): string[] {
  return headers.map(([name, value]) => `${name}: ${value}`)
}

const toText = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()
