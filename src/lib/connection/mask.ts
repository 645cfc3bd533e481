import type {Settings} from './settings.ts'

/** An nkey seed, a JWT, and the user information of a URL: secret wherever they stand. */
const SECRETS = [/\bS[UAOCNX][A-Z2-7]{40,}\b/g, /\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]+)?/g]
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)([^\s/@:]+:)?[^\s/@]+@/gi

/** Makes the function that hides every secret of these settings in a text: what a trace or an error may then show. */
export function masker(settings: Settings): (text: string) => string {
  const given = [
    settings.password?.value,
    settings.token?.value,
    settings.jwt?.value,
    settings.seed?.value,
    ...settings.server.value.map(({user, password}) => password ?? user),
  ]
  const known = given
    .filter((secret): secret is string => !!secret)
    .map((secret) => new RegExp(`(?<!\\w)${secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?!\\w)`, 'g'))
  return (text) => {
    const open = text.replace(USER_INFO, '$1$2***@')
    return [...SECRETS, ...known].reduce((masked, secret) => masked.replace(secret, '***'), open)
  }
}
