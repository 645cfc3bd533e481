import {existsSync, readFileSync} from 'node:fs'
import type {SecureContextOptions} from 'node:tls'
import {UsageError} from '../errors.ts'
import {embedded, pathOf, unreadable} from './credentials.ts'
import {isWebSocket} from './servers.ts'
import {type Setting, type Settings, sourceOf} from './settings.ts'

type File = 'tlsca' | 'tlscert' | 'tlskey'

export type Tls = {
  /** The server must offer TLS: a tls:// URL, a CA or a client certificate was given. */
  required: boolean
  /** TLS begins before the server's INFO. */
  first: boolean
  /** Certificates and keys; read when TLS begins for the first time. */
  options: () => SecureContextOptions
}

/** Where systems keep the certificate authorities they trust, as other clients of NATS read them. */
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * Reads and checks the certificates of the settings.
 *
 * @throws UsageError naming flag, variable or context, and the file that is missing or not what it should be.
 */
export async function loadTls(settings: Settings): Promise<Tls> {
  const {tlsca, tlscert, tlskey, tlsfirst, server} = settings
  const required = Boolean(tlsca || tlscert || tlsfirst.value) || server.value.some(({scheme}) => scheme === 'tls')
  const secure = required || server.value.some((one) => isWebSocket(one) && one.scheme === 'wss')
  if (tlscert && !tlskey) throw new UsageError(`${sourceOf(tlscert, 'tlscert')} needs its key`, 'give --tlskey as well')
  if (tlskey && !tlscert)
    throw new UsageError(`${sourceOf(tlskey, 'tlskey')} needs its certificate`, 'give --tlscert as well')

  const given = {ca: read(tlsca, 'tlsca'), cert: read(tlscert, 'tlscert'), key: read(tlskey, 'tlskey')}
  if (secure && (given.ca || given.cert)) await check(given, settings)
  let options: SecureContextOptions | undefined
  return {
    required,
    first: tlsfirst.value,
    options: () => {
      options ??= {...given, ca: given.ca ?? trusted()}
      return options
    },
  }
}

async function check(
  given: {ca?: string; cert?: string; key?: string},
  {tlsca, tlscert, tlskey}: Settings,
): Promise<void> {
  const {createSecureContext} = await import('node:tls')
  const passes = (options: SecureContextOptions) => {
    try {
      createSecureContext(options)
      return true
    } catch {
      return false
    }
  }
  const fail = (setting: Setting, flag: File, problem: string) => {
    throw new UsageError(
      `${sourceOf(setting, flag)}: ${setting.value.startsWith('data:') ? 'the embedded data' : setting.value} ${problem}`,
    )
  }
  if (given.ca && !(given.ca.includes('-----BEGIN') && passes({ca: given.ca})))
    fail(tlsca!, 'tlsca', 'holds no certificate')
  if (given.cert && !passes({cert: given.cert})) fail(tlscert!, 'tlscert', 'holds no certificate')
  if (given.key && !passes({key: given.key}))
    fail(tlskey!, 'tlskey', 'holds no private key that can be read without a passphrase')
  if (given.cert && !passes({cert: given.cert, key: given.key}))
    fail(tlskey!, 'tlskey', 'is not the key of the certificate')
}

function read(setting: Setting | undefined, flag: File): string | undefined {
  if (!setting) return undefined
  if (setting.value.startsWith('data:')) return embedded(setting.value)
  try {
    return readFileSync(pathOf(setting.value), 'utf8')
  } catch (error) {
    throw unreadable(sourceOf(setting, flag), setting.value, error)
  }
}

/** The authorities that the system trusts (SSL_CERT_FILE names others), and NODE_EXTRA_CA_CERTS; else Node's own. */
function trusted(): string[] | undefined {
  const system = process.env.SSL_CERT_FILE || SYSTEM_ROOTS.find((path) => existsSync(path))
  const files = [system, process.env.NODE_EXTRA_CA_CERTS].filter((path): path is string => !!path && existsSync(path))
  return files.length > 0 ? files.map((path) => readFileSync(path, 'utf8')) : undefined
}
