import {isIPv6} from 'node:net'
import {UsageError} from '../errors.ts'

/** One server to connect to. `user` without `password` is a token. */
export type Server = {
  scheme: 'nats' | 'tls' | 'ws' | 'wss'
  /** Name or address, an IPv6 address without its brackets. */
  host: string
  port: number
  /** One of the addresses of the host, to connect to this one; certificates are still those of the host. */
  address?: string
  /** Path and query of a websocket URL, else empty. */
  path: string
  user?: string
  password?: string
}

const DEFAULT_PORTS = {nats: 4222, tls: 4222, ws: 80, wss: 443}

/**
 * Reads a comma separated list of servers, as `--server`, NATS_URL and contexts hold it. A scheme that is none of
 * tls, ws and wss is taken as nats, and so is none at all: that is what every NATS client does.
 * `where` names the flag, variable or context in errors; what stands before an `@` is never shown.
 */
export function parseServers(text: string, where: string): Server[] {
  const servers = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseServer(part, where))
  if (new Set(servers.map(isWebSocket)).size > 1) {
    throw new UsageError(
      `${where} mixes websocket and other URLs`,
      'give either ws:// and wss:// URLs, or none of them',
    )
  }
  return servers
}

function parseServer(text: string, where: string): Server {
  const fail = (problem: string, hint: string) => {
    throw new UsageError(`${where}: "${text.replace(/^(.*:\/\/)?.*@/, '$1***@')}" ${problem}`, hint)
  }
  const [, given = 'nats', rest = ''] = text.match(/^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is) ?? []
  const lower = given.toLowerCase()
  const scheme = lower === 'tls' || lower === 'ws' || lower === 'wss' ? lower : 'nats'

  const [authority = '', tail = ''] = splitAt(rest, rest.search(/[/?#]/))
  if (tail.includes('@')) fail('has a /, ? or # before its @', 'write / as %2F, ? as %3F and # as %23 in a password')
  const at = authority.lastIndexOf('@')
  const address = authority.slice(at + 1)
  const {host, port} =
    parseAddress(address) ?? fail('is not a server', 'write nats://HOST:PORT, an IPv6 address in [ ]')
  if (port !== '' && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    fail(`has no valid port`, 'a port is a number from 1 to 65535')
  }
  const server: Server = {
    scheme,
    host,
    port: port === '' ? DEFAULT_PORTS[scheme] : Number(port),
    path: scheme.startsWith('ws') ? tail : '',
  }
  if (at > 0) {
    try {
      const [user, password] = splitAt(authority.slice(0, at), authority.slice(0, at).indexOf(':'))
      server.user = decodeURIComponent(user)
      if (password !== undefined) server.password = decodeURIComponent(password.slice(1))
    } catch {
      fail('has a % before its @ that encodes nothing', 'write % as %25 in a user name or password')
    }
  }
  return server
}

/** Splits `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT` or a bare IPv6 address; a host is given back as URLs write it. */
function parseAddress(address: string): {host: string; port: string} | undefined {
  // Node tells an IPv6 address by a regular expression that takes milliseconds to compile: not for others.
  const parts =
    address.split(':').length > 2 && isIPv6(address)
      ? {host: address, port: ''}
      : (
          address.match(/^\[(?<host>[^\]]+)\](?::(?<port>.*))?$/) ??
          address.match(/^(?<host>[^\s:[\]]+)(?::(?<port>[^:]*))?$/)
        )?.groups
  if (!parts?.host || (address.startsWith('[') && !isIPv6(parts.host))) return undefined
  const {host, port = ''} = parts
  try {
    const {hostname} = new URL(`http://${host.includes(':') ? `[${host}]` : host}`)
    return {host: hostname.replace(/^\[|\]$/g, ''), port}
  } catch {
    return undefined
  }
}

function splitAt(text: string, index: number): [string, string?] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index)]
}

export const isWebSocket = ({scheme}: Server): boolean => scheme === 'ws' || scheme === 'wss'

/** `HOST:PORT`, the name that nats.js gives a server. */
export const addressOf = ({host, port}: {host: string; port: number}): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** The URL without its user information: what may be shown. */
export const urlOf = (server: Server): string => `${server.scheme}://${addressOf(server)}${server.path}`

/** The URL with its user name, its secret part masked. */
export function maskedUrlOf(server: Server): string {
  if (server.user === undefined) return urlOf(server)
  const login = server.password === undefined ? '***' : `${encodeURIComponent(server.user)}:***`
  return urlOf(server).replace('://', `://${login}@`)
}
