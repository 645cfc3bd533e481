import type {Server} from './servers.ts'
import {type Setting, type Settings, sourceOf} from './settings.ts'

type KeyKind = 'creds' | 'nkey' | 'jwt' | 'nsc'

/** What is presented to one server. */
export type Login = {
  user?: string
  password?: string
  token?: string
  /** What signs the server's nonce: a credentials file, an nkey seed or a JWT (with its seed). */
  key?: {kind: KeyKind; setting: Setting}
  /** What is sent, for people, without any secret: `user "app" (NATS_USER)`. */
  sent: string[]
  /** What was given but is not sent, and why. */
  unused: string[]
}

/**
 * Chooses what to present to a server among all the credentials that were given. The rules are the reference client's,
 * as observed:
 *
 * - user and password of a context are stronger than those in a URL; those in a URL are stronger than the flags and
 *   variables for user, password and token (not than a flag, when the URL itself is the context's);
 * - a token is sent beside user and password;
 * - user and password go before creds, creds before nkey, nkey before JWT and seed.
 */
export function chooseLogin(settings: Settings, server: Server): Login {
  const {user, password, token} = settings
  const pair = user && password ? {user, password} : undefined
  const login: Login = {sent: [], unused: []}

  if (server.user !== undefined && !overridesUrl(settings, pair)) {
    const from = sourceOf(settings.server, 'server')
    if (server.password === undefined) login.token = server.user
    else [login.user, login.password] = [server.user, server.password]
    login.sent.push(
      server.password === undefined ? `token in the URL (${from})` : `user "${server.user}" in the URL (${from})`,
    )
    if (pair) login.unused.push(`${sourceOf(pair.user, 'user')}: the URL has its own`)
    if (token) login.unused.push(`${sourceOf(token, 'token')}: the URL has its own`)
  } else {
    if (pair) {
      login.user = pair.user.value
      login.password = pair.password.value
      const [userFrom, passwordFrom] = [sourceOf(user!, 'user'), sourceOf(password!, 'password')]
      login.sent.push(`user "${login.user}" (${userFrom === passwordFrom ? userFrom : `${userFrom}, ${passwordFrom}`})`)
    }
    if (token) {
      login.token = token.value
      const why = token.source.name.toLowerCase().endsWith('user') ? ', a user without a password' : ''
      login.sent.push(`token (${sourceOf(token, 'token')}${why})`)
    }
    if (server.user !== undefined)
      login.unused.push(`the user in the URL: ${sourceOf((user ?? token)!, 'user')} goes first`)
    if (password && !user) login.unused.push(`${sourceOf(password, 'password')}: there is no user`)
    if (user && !password) login.unused.push(`${sourceOf(user, 'user')}: there is no password`)
  }

  for (const kind of ['creds', 'nsc', 'nkey', 'jwt'] as const) {
    const setting = settings[kind]
    if (!setting) continue
    if (pair) login.unused.push(`${sourceOf(setting, kind)}: a user and a password go first`)
    else if (login.key)
      login.unused.push(`${sourceOf(setting, kind)}: ${sourceOf(login.key.setting, login.key.kind)} goes first`)
    else {
      login.key = {kind, setting}
      login.sent.push(`${LABELS[kind]} (${sourceOf(setting, kind)})`)
    }
  }
  return login
}

const LABELS: Record<KeyKind, string> = {creds: 'credentials file', nsc: 'credentials of nsc', nkey: 'nkey', jwt: 'JWT'}

/** Whether the user and password given elsewhere are used in spite of those in the URL. */
function overridesUrl({server, user, token}: Settings, pair: object | undefined): boolean {
  if (pair && user?.source.from === 'context') return true
  const explicit = pair ? user : token
  return server.source.from === 'context' && explicit !== undefined && explicit.source.from !== 'context'
}
