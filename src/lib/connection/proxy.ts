import {UsageError} from '../errors.ts'
import {type Setting, sourceOf} from './settings.ts'

/** A SOCKS5 proxy to connect through. */
export type SocksProxy = {host: string; port: number; user?: string; password?: string}

/** Reads `socks5://[USER:PASSWORD@]HOST[:PORT]`. Throws UsageError, which shows no password. */
export function parseProxy(setting: Setting | undefined): SocksProxy | undefined {
  if (!setting) return undefined
  const shown = setting.value.replace(/^(.*:\/\/)?.*@/, '$1***@')
  const wrong = new UsageError(
    `${sourceOf(setting, 'socks-proxy')}: "${shown}" is not a SOCKS5 proxy`,
    'write socks5://HOST:PORT, with USER:PASSWORD@ ahead of the host if it wants them',
  )
  if (!/^socks5h?:\/\//i.test(setting.value)) throw wrong
  try {
    const {hostname, port, username, password} = new URL(setting.value)
    if (!hostname) throw wrong
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port ? Number(port) : 1080,
      ...(username ? {user: decodeURIComponent(username), password: decodeURIComponent(password)} : {}),
    }
  } catch {
    throw wrong
  }
}
