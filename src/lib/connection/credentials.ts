import {readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {fileURLToPath} from 'node:url'
import {
  type Authenticator,
  credsAuthenticator,
  jwtAuthenticator,
  nkeyAuthenticator,
  nkeys,
} from '@nats-io/nats-core/internal'
import {CliError, ExitCode, UsageError} from '../errors.ts'
import type {Login} from './auth.ts'
import {type Setting, type SettingName, type Settings, sourceOf} from './settings.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const SEED = /\bS[UAOCNX][A-Z2-7]{56}\b/
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/

/**
 * Makes what nats.js calls with each server's nonce. Files are read again on each reconnect, so that renewed
 * credentials are picked up, and checked once now.
 *
 * @throws UsageError naming the flag, variable or context whose file is missing or holds no such thing.
 */
export async function authenticatorFor(login: Login, settings: Settings): Promise<Authenticator> {
  const sign = await signer(login, settings)
  const {user, password: pass, token: auth_token} = login
  // As in nats.js's own multiAuthenticator, what is sent may be several of its kinds of Auth at once.
  return (nonce) => ({user, pass, auth_token, ...sign?.(nonce)}) as ReturnType<Authenticator>
}

async function signer({key}: Login, settings: Settings): Promise<Authenticator | undefined> {
  switch (key?.kind) {
    case 'creds':
    case 'nsc': {
      const read = await opener(key.setting, key.kind)
      find(read(), JWT, key.setting, key.kind, 'a JWT')
      checkSeed(read(), key.setting, key.kind)
      return credsAuthenticator(() => encode(read()))
    }
    case 'nkey': {
      const read = await opener(key.setting, 'nkey')
      checkSeed(read(), key.setting, 'nkey')
      const sign = nkeyAuthenticator(() => encode(read().match(SEED)![0]))
      return (nonce) => {
        if (nonce) return sign(nonce)
        throw new CliError('the server does not use nkeys', {
          exitCode: ExitCode.Auth,
          hint: `leave out ${sourceOf(key.setting, 'nkey')}`,
        })
      }
    }
    case 'jwt': {
      const jwt = await valueOrFile(key.setting, 'jwt', JWT, 'a JWT')
      const {seed} = settings
      if (!seed) return jwtAuthenticator(jwt)
      const text = await valueOrFile(seed, 'seed', SEED, 'an nkey seed')
      checkSeed(text, seed, 'seed')
      return jwtAuthenticator(jwt, encode(text))
    }
    default:
      if (settings.seed && !settings.jwt) {
        throw new UsageError(
          `${sourceOf(settings.seed, 'seed')} needs a JWT`,
          'give --jwt as well, or --nkey FILE for a seed alone',
        )
      }
  }
}

function find(text: string, pattern: RegExp, setting: Setting, name: SettingName, what: string): string {
  const match = text.match(pattern)
  if (match) return match[0]
  throw new UsageError(`${sourceOf(setting, name)}: there is not ${what} in ${shown(setting)}`)
}

function checkSeed(text: string, setting: Setting, name: SettingName): void {
  const seed = find(text, SEED, setting, name, 'an nkey seed')
  try {
    nkeys.fromSeed(encode(seed))
  } catch {
    throw new UsageError(`${sourceOf(setting, name)}: the nkey seed in ${shown(setting)} is damaged`)
  }
}

/** A JWT or seed is given itself, or as the path of the file that holds it. */
async function valueOrFile(setting: Setting, name: SettingName, pattern: RegExp, what: string): Promise<string> {
  if (pattern.test(setting.value)) return setting.value.match(pattern)![0]
  const read = await opener(setting, name)
  return find(read(), pattern, setting, name, what)
}

/** What an error may show of the place: data: URLs and values carry the secret themselves. */
function shown({value}: Setting): string {
  return value.startsWith('data:') ? 'the embedded data' : SEED.test(value) || JWT.test(value) ? 'it' : value
}

/** Finds out how to read what a setting points to: a path, file://, data:, env://NAME, op://… or nsc://…. */
async function opener(setting: Setting, name: SettingName): Promise<() => string> {
  const {value} = setting
  const where = sourceOf(setting, name)
  const [, scheme] = value.match(/^(file|data|env|op|nsc):/) ?? []
  switch (scheme) {
    case 'data':
      return constant(embedded(value))
    case 'env': {
      const variable = value.slice('env://'.length)
      const text = process.env[variable]
      if (!text) throw new UsageError(`${where}: the variable ${variable} is not set`)
      return constant(text)
    }
    case 'op':
      return constant(await output(where, 'op', ['read', value], 'install the 1Password command line, or give a file'))
    case 'nsc':
      return file(await credsOfNsc(where, value), where)
    default:
      return file(value, where)
  }
}

const constant = (text: string) => () => text

/** The content of a data: URL, as contexts embed files. */
export function embedded(url: string): string {
  const [, head = '', body = ''] = url.match(/^data:([^,]*),(.*)$/s) ?? []
  return head.endsWith(';base64') ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body)
}

function file(location: string, where: string): () => string {
  const path = pathOf(location)
  const read = () => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw unreadable(where, location, error)
    }
  }
  read()
  return read
}

export const pathOf = (location: string): string =>
  location.startsWith('file://') ? fileURLToPath(location) : location.replace(/^~(?=\/|$)/, homedir())

export function unreadable(where: string, location: string, error: unknown): UsageError {
  const {code, message} = error as NodeJS.ErrnoException
  const why = {ENOENT: 'there is no such file', EACCES: 'no permission to read it', EISDIR: 'it is a directory'}[
    code ?? ''
  ]
  return new UsageError(`${where}: cannot read ${location}: ${why ?? message}`)
}

/** `nsc generate profile` tells as JSON where it keeps the credentials of a user. */
async function credsOfNsc(where: string, name: string): Promise<string> {
  const profile = await output(where, 'nsc', ['generate', 'profile', name], 'install nsc, or give a credentials file')
  try {
    const {user_creds: path} = JSON.parse(profile) as {user_creds?: unknown}
    if (typeof path === 'string' && path !== '') return path
  } catch {}
  throw new CliError(`${where}: nsc knows no credentials for ${name}`, {hint: 'see `nsc describe user`'})
}

async function output(where: string, program: string, args: string[], hint: string): Promise<string> {
  const {execFile} = await import('node:child_process')
  return new Promise((resolve, reject) => {
    execFile(program, args, {timeout: 30_000}, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const absent = error.code === ('ENOENT' as unknown)
      const problem = absent
        ? `${program} is not installed or not in PATH`
        : `${program} failed: ${stderr.trim() || error.message}`
      reject(
        new CliError(`${where}: ${problem}`, {
          exitCode: absent ? ExitCode.Usage : ExitCode.Failed,
          hint: absent ? hint : undefined,
        }),
      )
    })
  })
}
