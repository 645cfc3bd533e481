import {UsageError} from '../errors.ts'
import {parseDuration} from '../units.ts'
import {parseServers, type Server} from './servers.ts'

/** Where a setting came from; `name` is the flag (`--user`), the variable (`NATS_USER`) or the context. */
export type Source = {from: 'flag' | 'environment' | 'context' | 'default'; name: string}
export type Setting<T = string> = {value: T; source: Source}

/** A saved context by its name, with the keys of its file. */
export type NamedContext = {name: string; context: {readonly [key: string]: unknown}}

/** What the command line gave: the global flags by name, undefined when absent. */
export type GivenFlags = {readonly [flag: string]: unknown}

/** Every setting that has a text for a value, with the variable and the key of a context file that hold it. */
export const textSettings = {
  server: {env: 'NATS_URL', key: 'url'},
  user: {env: 'NATS_USER', key: 'user'},
  password: {env: 'NATS_PASSWORD', key: 'password'},
  token: {env: 'NATS_TOKEN', key: 'token'},
  creds: {env: 'NATS_CREDS', key: 'creds'},
  nkey: {env: 'NATS_NKEY', key: 'nkey'},
  jwt: {env: 'NATS_JWT', key: 'user_jwt'},
  seed: {env: 'NATS_SEED', key: 'user_seed'},
  tlscert: {env: 'NATS_CERT', key: 'cert'},
  tlskey: {env: 'NATS_KEY', key: 'key'},
  tlsca: {env: 'NATS_CA', key: 'ca'},
  timeout: {env: 'NATS_TIMEOUT'},
  'socks-proxy': {env: 'NATS_SOCKS_PROXY', key: 'socks_proxy'},
  'connection-name': {},
  'inbox-prefix': {key: 'inbox_prefix'},
  'js-domain': {key: 'jetstream_domain'},
  'js-api-prefix': {key: 'jetstream_api_prefix'},
  'js-event-prefix': {key: 'jetstream_event_prefix'},
  colors: {env: 'NATS_COLOR', key: 'color_scheme'},
} as const satisfies {[flag: string]: {env?: string; key?: string}}

type TextSetting = keyof typeof textSettings
type Parsed = 'server' | 'timeout' | 'connection-name'

/** Every setting of a connection, with its source; absent ones are undefined. Named as the flags are. */
export type Settings = {[K in Exclude<TextSetting, Parsed>]?: Setting} & {
  server: Setting<Server[]>
  /** In milliseconds. */
  timeout: Setting<number>
  tlsfirst: Setting<boolean>
  'connection-name': Setting
  trace: boolean
  /** The older form of a context's credentials: a name that `nsc` knows. */
  nsc?: Setting
  /** Name of the context in use. */
  context?: string
}

const DEFAULT_SERVER = 'nats://127.0.0.1:4222'
const DEFAULT_TIMEOUT = '5s'
/** What setTimeout can wait for: longer ones it takes for 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1
const SUBJECT_PREFIX = /^[^\s.*>]+(\.[^\s.*>]+)*$/
const byDefault: Source = {from: 'default', name: 'default'}

/**
 * Decides every setting by itself: flag before environment before context before default. An empty value is no value,
 * wherever it stands. The rules are those the reference client was observed to follow (servers, authentication,
 * precedence); which of several credentials are used is decided in auth.ts.
 *
 * @throws UsageError naming the flag, variable or context whose value cannot be used.
 */
export function resolveSettings(
  flags: GivenFlags,
  env: NodeJS.ProcessEnv,
  context?: NamedContext,
  version = 'dev',
): Settings {
  const find = (flag: TextSetting): Setting | undefined => {
    const {env: variable, key} = textSettings[flag] as {env?: string; key?: string}
    return (
      given(flags[flag], {from: 'flag', name: `--${flag}`}) ??
      given(variable && env[variable], {from: 'environment', name: variable ?? ''}) ??
      given(key && context?.context[key], {from: 'context', name: context?.name ?? ''})
    )
  }
  const check = (flag: TextSetting, valid: RegExp, wanted: string) => {
    const setting = find(flag)
    if (!setting || valid.test(setting.value)) return setting
    throw new UsageError(`${sourceOf(setting, flag)}: "${setting.value}" is not ${wanted}`)
  }
  const prefix = (flag: TextSetting) => check(flag, SUBJECT_PREFIX, 'the beginning of a subject, such as my.prefix')

  return {
    context: context?.name,
    server: servers(find('server')),
    ...login(find, context),
    creds: find('creds'),
    nkey: find('nkey'),
    jwt: find('jwt'),
    seed: find('seed'),
    nsc: given(context?.context.nsc, {from: 'context', name: context?.name ?? ''}),
    tlscert: find('tlscert'),
    tlskey: find('tlskey'),
    tlsca: find('tlsca'),
    tlsfirst: tlsFirst(flags, context),
    'socks-proxy': find('socks-proxy'),
    timeout: timeout(find('timeout') ?? {value: DEFAULT_TIMEOUT, source: byDefault}),
    'connection-name': find('connection-name') ?? {value: `NATS CLI Version ${version}`, source: byDefault},
    'inbox-prefix': prefix('inbox-prefix'),
    'js-domain': check('js-domain', /^[^\s.*>]+$/, 'a domain: one word without dots'),
    'js-api-prefix': prefix('js-api-prefix'),
    'js-event-prefix': prefix('js-event-prefix'),
    colors: find('colors'),
    trace: flags.trace === true,
  }
}

function given(value: unknown, source: Source): Setting | undefined {
  return typeof value === 'string' && value !== '' ? {value, source} : undefined
}

function servers(text: Setting | undefined): Setting<Server[]> {
  const value = text && parseServers(text.value, sourceOf(text, 'server'))
  if (text && value?.length) return {value, source: text.source}
  return {value: parseServers(DEFAULT_SERVER, 'default'), source: byDefault}
}

/**
 * A user that flag or environment give without a password is a token, and replaces any other token; user and password
 * of the context, if there are, are then still sent beside it.
 */
function login(find: (flag: TextSetting) => Setting | undefined, context?: NamedContext) {
  const user = find('user')
  const password = find('password')
  const token = find('token')
  if (!user || user.source.from === 'context' || (password && password.source.from !== 'context')) {
    return {user, password, token}
  }
  return {
    user: given(context?.context.user, {from: 'context', name: context?.name ?? ''}),
    password,
    token: user,
  }
}

function tlsFirst(flags: GivenFlags, context?: NamedContext): Setting<boolean> {
  const flag = flags.tlsfirst
  if (typeof flag === 'boolean') {
    return {value: flag, source: {from: 'flag', name: flag ? '--tlsfirst' : '--no-tlsfirst'}}
  }
  const saved = context?.context.tls_first === true
  return {value: saved, source: saved ? {from: 'context', name: context?.name ?? ''} : byDefault}
}

function timeout({value: text, source}: Setting): Setting<number> {
  const value = parseDuration(text)
  if (value !== undefined && value > 0) return {value: Math.min(Math.ceil(value), LONGEST_TIMER), source}
  throw new UsageError(
    `${source.name}: "${text}" is not a duration above 0`,
    'give a number with a unit, for example 500ms, 5s or 1m',
  )
}

/** How errors name the place a setting came from: `--user`, `NATS_USER`, `context "dev" (user)`. */
export function sourceOf({source: {from, name}}: {source: Source}, setting: SettingName): string {
  if (from !== 'context') return name
  const {key} = {nsc: {key: 'nsc'}, tlsfirst: {key: 'tls_first'}, ...textSettings}[setting] as {key?: string}
  return `context "${name}" (${key})`
}

/** Everything that has a source. */
export type SettingName = TextSetting | 'nsc' | 'tlsfirst'
