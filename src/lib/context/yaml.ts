import {isMap, isScalar, LineCounter, parseDocument, type Scalar, stringify} from 'yaml'
import {CliError} from '../errors.ts'
import {type Context, contextKeys, emptyContext} from './context.ts'

/** The settings in the order in which a person edits them, each group below what it is for. */
const sections: Array<[comment: string, keys: Array<keyof Context>]> = [
  ['What this connection is, for lists', ['description']],
  ['Servers, separated by commas: nats://, tls://, ws://, wss://; empty for nats://127.0.0.1:4222', ['url']],
  ['User and password', ['user', 'password']],
  ['Credentials: a file, or env://NAME, op://VAULT/ITEM/FIELD, nsc://OPERATOR/ACCOUNT/USER', ['creds']],
  ['File with an nkey seed', ['nkey']],
  ['JWT, and the seed that signs for it', ['user_jwt', 'user_seed']],
  ['Token, in the place of user and password', ['token']],
  ['TLS: client certificate and its key (files)', ['cert', 'key']],
  ['TLS: the authorities to trust (file)', ['ca']],
  ['TLS: true when the server wants TLS before it says anything', ['tls_first']],
  [
    'TLS: certificates from the store of Windows',
    ['windows_cert_store', 'windows_cert_match', 'windows_cert_match_by', 'windows_ca_certs_match'],
  ],
  ['First tokens of the subjects on which replies come', ['inbox_prefix']],
  ['Lines of tables: rounded, double, or red, green, yellow, blue, magenta, cyan', ['color_scheme']],
  ['JetStream domain', ['jetstream_domain']],
  [
    'JetStream, when its subjects were mapped: prefix of its API, prefix of its events',
    ['jetstream_api_prefix', 'jetstream_event_prefix'],
  ],
  ['SOCKS5 proxy: socks5://HOST:PORT', ['socks_proxy']],
  ['User of the nsc program (older form of creds: nsc://…)', ['nsc']],
]

/** The context as the text that a person edits. */
export function contextToYaml(name: string, context: Context): string {
  const head = `# Context ${JSON.stringify(name)}. A setting that is empty, or removed, is not set.\n`
  return sections.reduce((text, [comment, keys]) => {
    const lines = keys.map((key) => stringify({[key]: context[key]}, {lineWidth: 0}))
    return `${text}\n# ${comment}\n${lines.join('')}`
  }, head)
}

/**
 * The settings in an edited text. Those that are absent or empty are ''; a number is the text it was written as.
 * `leftOut` tells of keys that are unknown and have no value. Throws CliError which tells the line of what can not be
 * read, an unknown key with a value included, without repeating the value.
 */
export function contextFromYaml(text: string): {context: Context; leftOut: string[]} {
  const lines = new LineCounter()
  const place = (offset: number, what: string) => `line ${lines.linePos(offset).line}: ${what}`
  const fault = (offset: number, what: string) => new CliError(place(offset, what))
  // Only texts, as they were written: a password 0123 is no number, and NO is no boolean.
  const document = parseDocument(text, {schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: true})
  const [error] = document.errors
  if (error) throw fault(error.pos[0], `not YAML: ${error.message}`)

  const context = {...emptyContext}
  const leftOut: string[] = []
  if (document.contents === null) return {context, leftOut}
  if (!isMap<Scalar, unknown>(document.contents)) throw fault(0, 'settings are written as NAME: VALUE')
  for (const {key: node, value} of document.contents.items) {
    const at = node.range?.[0] ?? 0
    const key = contextKeys.find((known) => known === node.value)
    if (key) {
      Object.assign(context, {[key]: settingFrom(key, value, (what) => fault(at, `"${key}" ${what}`))})
      continue
    }
    const problem = `${JSON.stringify(node.value)} is no setting of a context`
    if (!/^(|~|null|false)$/.test(isScalar(value) ? String(value.value) : 'something')) throw fault(at, problem)
    leftOut.push(place(at, `${problem}; it was left out`))
  }
  return {context, leftOut}
}

function settingFrom(key: keyof Context, node: unknown, fault: (what: string) => Error): Context[keyof Context] {
  const plain = isScalar(node) && node.type === 'PLAIN'
  const isNull = node === null || (plain && /^(|~|null)$/.test(String(node.value)))
  if (key === 'windows_ca_certs_match') {
    if (isNull) return null
    const items = (node as {items?: unknown[]}).items
    if (!items?.every(isScalar)) throw fault('must be a list of texts, or null')
    return items.map((item) => String(item.value))
  }
  if (!isScalar(node) && !isNull) throw fault('must be one text')
  const value = isNull ? '' : String((node as {value: unknown}).value)
  if (key !== 'tls_first') return value
  if (!/^(true|false|)$/.test(value)) throw fault('must be true or false')
  return value === 'true'
}
