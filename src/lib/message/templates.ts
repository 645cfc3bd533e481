import {nuid} from '@nats-io/nats-core'
import {UsageError} from '../errors.ts'

/** What a template can say of the message it is rendered for. */
export type TemplateValues = {
  /** Number of the message. */
  count: number
  /** In `reply`: the request that is answered. */
  request?: {subject: string; data: Uint8Array}
}

export type Template = {
  /** Whether the text can differ from message to message. */
  readonly dynamic: boolean
  render(values: TemplateValues): string
}

type Part = string | ((values: TemplateValues) => string)
type Builtin = {takes: string[]; make: (...args: number[]) => Part}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** No server takes a larger payload. */
const LONGEST_RANDOM = 64 * 1024 * 1024

const builtins: Record<string, Builtin> = {
  Count: {
    takes: [],
    make:
      () =>
      ({count}) =>
        String(count),
  },
  Random: {takes: ['MIN', 'MAX'], make: (a, b) => () => randomText(Math.min(a!, b!), Math.max(a!, b!))},
  Time: {takes: [], make: () => () => kitchenTime(new Date())},
  TimeStamp: {takes: [], make: () => () => timestamp(new Date())},
  Unix: {takes: [], make: () => () => String(Math.floor(Date.now() / 1000))},
  UnixNano: {takes: [], make: () => () => String(CLOCK_OFFSET + process.hrtime.bigint())},
  ID: {takes: [], make: () => () => nuid.next()},
}

const Request: Builtin = {
  takes: [],
  make:
    () =>
    ({request}) =>
      request ? Buffer.from(request.data).toString() : '',
}

/** `{{ "text" }}`, {{ `text` }} or `{{ Name ARG… }}`, from the character after the opening braces. */
const ACTION = /\s*(?:("(?:[^"\\]|\\.)*")|`([^`]*)`|\.?(\w+)((?:[ \t]+[^\s{}|"`]+)*))\s*\}\}/y

/**
 * Reads a text with `{{Name}}` actions once, to be rendered for each message: Count, Random MIN MAX, Time, TimeStamp,
 * Unix, UnixNano, ID, and with `inReply` also Request and the tokens of its subject, {{0}} {{1}} …. A dot may stand
 * before a name, as in Go's templates, and a quoted string stands for itself.
 *
 * @param what names the text in an error: `body`, `subject`, `header X`
 * @throws UsageError for anything else between double braces: nothing is sent when a template cannot be read
 */
export function compileTemplate(text: string, what: string, {inReply = false} = {}): Template {
  const parts: Part[] = []
  let rest = 0
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', rest)) {
    if (open > rest) parts.push(text.slice(rest, open))
    ACTION.lastIndex = open + 2
    const match = ACTION.exec(text)
    if (!match) throw unreadable(text.slice(open), what, inReply)
    const [, quoted, backquoted, name, args] = match
    parts.push(name === undefined ? (backquoted ?? unquote(quoted!, what)) : action(name, args!, what, inReply))
    rest = ACTION.lastIndex
  }
  if (rest < text.length) parts.push(text.slice(rest))

  if (parts.every((part) => typeof part === 'string')) {
    const fixed = parts.join('')
    return {dynamic: false, render: () => fixed}
  }
  return {
    dynamic: true,
    render(values) {
      let result = ''
      for (const part of parts) result += typeof part === 'string' ? part : part(values)
      return result
    },
  }
}

/** A text that is sent as it is. */
export function literal(text: string): Template {
  return {dynamic: false, render: () => text}
}

function action(name: string, args: string, what: string, inReply: boolean): Part {
  if (inReply && /^\d+$/.test(name) && !args) return ({request}) => request?.subject.split('.')[Number(name)] ?? ''
  const builtin = inReply && name === 'Request' ? Request : Object.hasOwn(builtins, name) ? builtins[name]! : undefined
  if (!builtin) throw new UsageError(`${what} template: there is no function "${name}"`, known(inReply))
  const given = args.split(/\s+/).slice(1)
  const numbers = given.map(Number)
  const wanted = builtin.takes
  if (given.length !== wanted.length || !numbers.every((n) => Number.isInteger(n) && n >= 0 && n <= LONGEST_RANDOM)) {
    const usage = wanted.length
      ? `two lengths from 0 to ${LONGEST_RANDOM}: {{Random 5 10}}`
      : `no arguments: {{${name}}}`
    throw new UsageError(`${what} template: ${name} takes ${usage}`, known(inReply))
  }
  return builtin.make(...numbers)
}

function unreadable(from: string, what: string, inReply: boolean): UsageError {
  const end = from.indexOf('}}')
  if (end < 0) return new UsageError(`${what} template: "{{" without "}}"`, known(inReply))
  return new UsageError(`${what} template: cannot read ${from.slice(0, Math.min(end + 2, 60))}`, known(inReply))
}

function known(inReply: boolean): string {
  const names = Object.entries(builtins).map(([name, {takes}]) => [name, ...takes].join(' '))
  if (inReply) return `known: ${names.join(', ')}, Request, 0, 1, …; write {{"{{"}} for braces that stay`
  return `known: ${names.join(', ')}; --no-templates sends the text as it is`
}

/** Go's string escapes that JSON shares; any other is refused. */
function unquote(quoted: string, what: string): string {
  try {
    return JSON.parse(quoted)
  } catch {
    throw new UsageError(`${what} template: cannot read the string ${quoted}`)
  }
}

/** Nanoseconds between the steady clock and the Unix epoch. */
const CLOCK_OFFSET = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()

function randomText(shortest: number, longest: number): string {
  let text = ''
  for (let left = shortest + Math.floor(Math.random() * (longest - shortest + 1)); left > 0; left--) {
    text += LETTERS[Math.floor(Math.random() * LETTERS.length)]
  }
  return text
}

/** `3:04PM`, local time. */
function kitchenTime(now: Date): string {
  const hours = now.getHours()
  return `${hours % 12 || 12}:${two(now.getMinutes())}${hours < 12 ? 'AM' : 'PM'}`
}

/** RFC 3339 to the second, in local time with its offset. */
function timestamp(now: Date): string {
  const offset = -now.getTimezoneOffset()
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19)
  if (offset === 0) return `${local}Z`
  const minutes = Math.abs(offset)
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const two = (n: number) => String(n).padStart(2, '0')
