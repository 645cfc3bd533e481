import {neutralise} from '../output/sanitize.ts'
import {type Context, contextKeys} from './context.ts'
import {checkReference, type ReferenceKey, referenceKeys} from './references.ts'
import {displayPath, type SavedContext, selectedContext} from './store.ts'
import type {ConnectionResult} from './try-connection.ts'

/** A context as commands return it: the keys of its file without the secrets, and what a script needs beside them. */
export type ContextRecord = {name: string} & Context & {path: string; selected: boolean; connection?: ConnectionResult}

/** What stands in the place of a secret; the secret itself is in the file. */
const MASK = '***'
const DEFAULT_SERVER = 'nats://127.0.0.1:4222'

/** The JSON of a context: `name`, the keys of the reference client's files in their order, `path`, `selected`. */
export function contextRecord({name, path, context}: SavedContext, connection?: ConnectionResult): ContextRecord {
  const masked = Object.fromEntries(contextKeys.map((key) => [key, maskedValue(key, context)])) as Context
  return {name, ...masked, path, selected: selectedContext() === name, ...(connection && {connection})}
}

function maskedValue(key: keyof Context, context: Context) {
  const value = context[key]
  if (typeof value !== 'string' || value === '') return value
  if (key === 'token' || key === 'password') return MASK
  if (key === 'url' || key === 'socks_proxy') return maskUserInfo(value)
  if (isReference(key)) {
    const found = checkReference(key, value)
    if (found.state === 'embedded' || (found.state === 'ERROR' && found.secret)) return MASK
  }
  return value
}

const isReference = (key: keyof Context): key is ReferenceKey => (referenceKeys as readonly string[]).includes(key)

/** A list of URLs in which nothing secret is left: `nats://user:***@host`, and `nats://***@host` for a token. */
export function maskUserInfo(urls: string): string {
  return urls
    .split(',')
    .map((url) =>
      url.replace(/^(\s*(?:[a-z][a-z\d+.-]*:\/\/)?)([^:@]*)(:.*)?@/i, (_, scheme, user, password) =>
        password === undefined ? `${scheme}${MASK}@` : `${scheme}${user}:${MASK}@`,
      ),
    )
    .join(',')
}

/** The block that tells people of a context: a title, then one line for each setting that has a value. Ends with an empty line. */
export function renderContext({name, path, context}: SavedContext, connection?: ConnectionResult): string {
  const secret = (value: string) => value && '*'
  const reference = (key: ReferenceKey) => context[key] && describeReference(key, context[key])
  const lines: Array<[label: string, value: string]> = [
    ['Description', context.description],
    ['Server URLs', maskUserInfo(context.url) || `${DEFAULT_SERVER} (default)`],
    ['SOCKS5 Proxy', maskUserInfo(context.socks_proxy)],
    ['Username', context.user],
    ['Password', secret(context.password)],
    ['Token', secret(context.token)],
    ['Credentials', reference('creds')],
    ['NKey', reference('nkey')],
    ['NSC', context.nsc],
    ['User JWT', reference('user_jwt')],
    ['User Seed', reference('user_seed')],
    ['Certificate', reference('cert')],
    ['Key', reference('key')],
    ['CA', reference('ca')],
    ['Windows Store', context.windows_cert_store],
    ['Windows Match By', context.windows_cert_match_by],
    ['Windows Match', context.windows_cert_match],
    ['Windows CA Match', (context.windows_ca_certs_match ?? []).join(', ')],
    ['TLS First', context.tls_first ? 'true' : ''],
    ['JS API Prefix', context.jetstream_api_prefix],
    ['JS Event Prefix', context.jetstream_event_prefix],
    ['JS Domain', context.jetstream_domain],
    ['Inbox Prefix', context.inbox_prefix],
    ['Path', displayPath(path)],
    ['Color Scheme', context.color_scheme],
    ['Connection', connection ? (connection.ok ? 'OK' : connection.error) : ''],
  ]
  const shown = lines.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([label]) => label.length))
  const rows = shown.map(([label, value]) => `  ${label.padStart(width)}: ${oneLine(value)}`)
  return `NATS Configuration Context "${neutralise(name)}"\n\n${rows.join('\n')}\n`
}

function describeReference(key: ReferenceKey, value: string): string {
  const found = checkReference(key, value)
  if (found.state === 'embedded') return 'embedded data'
  return `${found.state === 'ERROR' && found.secret ? '*' : value} (${found.state})`
}

const oneLine = (text: string) => neutralise(text.replaceAll('\n', ' '))

/** What is wrong with a context that can be told without connecting: files that are missing. One text for each. */
export function contextFaults(context: Context): string[] {
  return referenceKeys.flatMap((key) => {
    const found = context[key] ? checkReference(key, context[key]) : undefined
    return found?.state === 'ERROR' ? [`${key}: ${found.reason}`] : []
  })
}
