import {CliError} from '../errors.ts'
import {jsonFault} from './json-fault.ts'

/**
 * The settings of one context, under the names they have in its file. Text that is not set is ''.
 * An object that came from a file also carries the keys of that file which are unknown here: keep them by spreading.
 */
export type Context = {
  description: string
  /** Server URLs, separated by commas. */
  url: string
  socks_proxy: string
  token: string
  user: string
  password: string
  creds: string
  nkey: string
  cert: string
  key: string
  ca: string
  nsc: string
  jetstream_domain: string
  jetstream_api_prefix: string
  jetstream_event_prefix: string
  inbox_prefix: string
  user_jwt: string
  user_seed: string
  color_scheme: string
  tls_first: boolean
  windows_cert_store: string
  windows_cert_match_by: string
  windows_cert_match: string
  windows_ca_certs_match: string[] | null
}

/** A context in which nothing is set; its keys stand in the order in which they are written. */
export const emptyContext: Readonly<Context> = {
  description: '',
  url: '',
  socks_proxy: '',
  token: '',
  user: '',
  password: '',
  creds: '',
  nkey: '',
  cert: '',
  key: '',
  ca: '',
  nsc: '',
  jetstream_domain: '',
  jetstream_api_prefix: '',
  jetstream_event_prefix: '',
  inbox_prefix: '',
  user_jwt: '',
  user_seed: '',
  color_scheme: '',
  tls_first: false,
  windows_cert_store: '',
  windows_cert_match_by: '',
  windows_cert_match: '',
  windows_ca_certs_match: null,
}

/** The keys of a context, in the order in which they are written. */
export const contextKeys = Object.keys(emptyContext) as Array<keyof Context>

/**
 * The text of a context's file: every key in the reference client's order, then the unknown ones; two spaces, no
 * newline at the end, and &, <, > escaped as that client (Go's encoding/json) does, so that the file does not change
 * back and forth between the two.
 */
export function contextToText(context: Context): string {
  const text = JSON.stringify({...emptyContext, ...context}, undefined, 2)
  return text.replace(/[&<>\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * The context in `text`, the contents of the file `path`. Keys that are absent or null become ''/false.
 * Throws CliError which names the file and the line when it is not JSON, no object, or a value has the wrong type.
 */
export function contextFromText(text: string, name: string, path: string): Context {
  const fault = (what: string) =>
    new CliError(`context "${name}" can not be read: ${path}${what}`, {
      hint: `correct the file in an editor, or remove it: nats context rm ${shellWord(name)} --force`,
    })

  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    const {line, column, found} = jsonFault(text)
    const what = found === undefined ? 'the file ends too early' : `unexpected ${visible(found)}`
    throw fault(`, line ${line}, column ${column}: not JSON: ${what}`)
  }
  if (!isObject(parsed)) throw fault(': not a JSON object')

  const wrong = mistypedKey(parsed)
  if (wrong) {
    const before = text.slice(0, text.search(new RegExp(`"${wrong}"\\s*:`)))
    throw fault(`, line ${before.split('\n').length}: "${wrong}" must be ${typeName(wrong)}`)
  }
  const isSet = ([key, value]: [string, unknown]) => value !== null || !Object.hasOwn(emptyContext, key)
  return {...emptyContext, ...Object.fromEntries(Object.entries(parsed).filter(isSet))}
}

/** A character in quotes, or its number where it would not be seen, as that of a byte order mark. */
function visible(character: string): string {
  if (/^[\x21-\x7e]/.test(character)) return JSON.stringify(character)
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

/** The first known key of `values` whose value has the wrong type; null stands for "not set" everywhere. */
export function mistypedKey(values: Record<string, unknown>): keyof Context | undefined {
  return contextKeys.find((key) => {
    const value = values[key]
    if (value === undefined || value === null) return false
    if (key === 'windows_ca_certs_match')
      return !(Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return typeof value !== typeof emptyContext[key]
  })
}

/** What the value of a key must be, in words. */
export function typeName(key: keyof Context): string {
  if (key === 'windows_ca_certs_match') return 'a list of texts, or null'
  return key === 'tls_first' ? 'true or false' : 'text'
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `word` as a shell takes it back: quoted only where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
