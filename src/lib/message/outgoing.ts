import {CliError} from '../errors.ts'
import {bytes, number} from '../output/human.ts'
import {
  compileHeaders,
  type EncodableHeaders,
  type HeaderList,
  type HeaderTemplates,
  parseHeaders,
  toMsgHdrs,
} from './headers.ts'
import {decodeRecord} from './record.ts'
import {readBody, readLines, readObjects, readsStdin} from './stdin.ts'
import {checkSubject} from './subject.ts'
import {compileTemplate, literal, type Template} from './templates.ts'

/** A message on its way out. */
export type Outgoing = {subject: string; headers?: HeaderList; data: Uint8Array}

/** What `publish` and `request` are told about the messages to send. */
export type OutgoingOptions = {
  /** May be absent with `ndjson`, where each record has its own. */
  subject?: string
  body?: string
  header?: string[]
  forceStdin?: boolean
  /** Undefined when not given: then an argument is a template, and stdin is not. */
  templates?: boolean
  /** How stdin is taken apart: `eof` is one body, `newline` one for each line, `ndjson` one for each record. */
  framing: 'eof' | 'newline' | 'ndjson'
}

/** One body, or undefined for the body that was given as an argument. */
type Body = Buffer | string | undefined

/** Makes the messages that a command line asks for. All of it is checked here, before anything is sent. */
export class Composer {
  /** Whether bodies come from stdin. */
  readonly fromStdin: boolean
  /** Whether it is known beforehand how many bodies there are: one. */
  readonly single: boolean
  /** Whether every message is the same. */
  readonly fixed: boolean
  private readonly subject?: Template
  private readonly body: Template
  private readonly headers: HeaderTemplates
  private readonly options: OutgoingOptions

  /** @throws UsageError for templates, headers or a subject that cannot be */
  constructor(options: OutgoingOptions) {
    const {subject, body, header, forceStdin, templates = true, framing} = options
    const compile = (text: string, what: string) => (templates ? compileTemplate(text, what) : literal(text))
    this.options = options
    this.fromStdin = framing === 'ndjson' || readsStdin(body, forceStdin)
    this.single = !this.fromStdin || framing === 'eof'
    this.subject = subject === undefined ? undefined : compile(subject, 'subject')
    this.body = this.fromStdin ? literal('') : compile(body ?? '', 'body')
    this.headers = compileHeaders(parseHeaders(header), {templates})
    this.fixed = !this.fromStdin && ![this.subject, this.body, this.headers].some((template) => template?.dynamic)
    if (this.subject && !this.subject.dynamic) checkSubject(this.subject.render({count: 1}), 'subject')
  }

  /**
   * The bodies, together as they came in.
   *
   * @param openInput gives stdin; called only when it is read
   * @param limit the largest message that the server takes, in bytes
   */
  async *bodies(openInput: () => AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Body[]> {
    if (!this.fromStdin) yield [undefined]
    else if (this.options.framing === 'newline') yield* readLines(openInput(), limit)
    // JSON needs up to six characters for a byte, and there are the names around it.
    else if (this.options.framing === 'ndjson') yield* readObjects(openInput(), 6 * limit + 64 * 1024)
    else yield [await readBody(openInput(), limit)]
  }

  /** `count` messages with each of the bodies, numbered from 1 for each body. */
  *messages(bodies: Body[], count: number): Generator<Outgoing> {
    for (const body of bodies) for (let n = 1; n <= count; n++) yield this.message(body, n)
  }

  /** The message with this body; `count` is its number. */
  message(body: Body, count: number): Outgoing {
    if (typeof body === 'string') return this.replay(body, count)
    const values = {count}
    const subject = this.subject!.render(values)
    if (this.subject!.dynamic) checkSubject(subject, 'subject')
    return {subject, headers: this.headers.render(values), data: this.data(body, count)}
  }

  private data(body: Buffer | undefined, count: number): Uint8Array {
    if (!body) return Buffer.from(this.body.render({count}))
    if (!this.options.templates || !body.includes('{{')) return body
    return Buffer.from(compileTemplate(body.toString(), 'body').render({count}))
  }

  /** A recorded message: its own subject unless there is one for all, its bytes, its headers and then those for all. */
  private replay(json: string, count: number): Outgoing {
    const record = decodeRecord(json)
    const subject = checkSubject(this.subject?.render({count}) ?? record.subject, 'subject')
    const more = this.headers.render({count})
    return {subject, headers: more ? [...(record.headers ?? []), ...more] : record.headers, data: record.data}
  }
}

/**
 * The headers of a message as nats.js wants them.
 *
 * @throws CliError when the message, its headers included, is larger than `limit` bytes
 */
export function sendable({headers, data}: Outgoing, limit: number): EncodableHeaders | undefined {
  const msgHdrs = toMsgHdrs(headers)
  const size = data.length + (msgHdrs?.encode().length ?? 0)
  if (size <= limit) return msgHdrs
  const what = msgHdrs ? 'the message with its headers' : 'the message'
  throw new CliError(
    `${what} is ${number(size)} bytes, and the server takes at most ${number(limit)} (${bytes(limit)})`,
  )
}
