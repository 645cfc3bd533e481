import {CliError, ExitCode} from '../errors.ts'
import type {Login} from './auth.ts'
import {isWebSocket, type Server, urlOf} from './servers.ts'
import {type Settings, sourceOf} from './settings.ts'
import {NoTlsOffered, type Stage} from './transport.ts'

/** Why one server could not be used, and what to do about it. */
export type Failure = {server: string; problem: string; hint: string; exitCode: number}

/** What is known about an attempt that failed. */
export type Attempt = {
  error: Error & {code?: string}
  stage: Stage
  /** Whether TLS was under way or done. */
  encrypted: boolean
  server: Server
  settings: Settings
  login: Login
}

type Explanation = {problem: string; hint: string; exitCode?: number}

const {Auth, Timeout, Unreachable} = ExitCode

/** Turns a failed attempt to connect into words; the exit codes are those of docs/output.md. */
export function explainFailure(attempt: Attempt): Failure {
  const explanation = explain(attempt)
  return {server: urlOf(attempt.server), exitCode: Unreachable, ...explanation}
}

function explain(attempt: Attempt): Explanation {
  const {error, stage, server, settings} = attempt
  if (error instanceof CliError) return {problem: error.message, hint: error.hint ?? '', exitCode: error.exitCode}
  if (error.name === 'TimeoutError') return explainSilence(attempt)
  if (refusesLogin(error)) return explainRefusal(attempt)
  if (stage === 'proxy') return explainProxy(attempt)
  const tls = explainTls(attempt)
  if (tls) return tls

  const {code = ''} = rootCause(error)
  if (code === 'ECONNREFUSED') {
    const port = server.port === 4222 ? '' : ` --port ${server.port}`
    return {
      problem: 'connection refused',
      hint: `nothing listens there; start a server, or try one: nats server run${port}`,
    }
  }
  if (code === 'ENOTFOUND') return {problem: `no such host: ${server.host}`, hint: 'check the name of the server'}
  if (code === 'EAI_AGAIN') {
    return {
      problem: `the name ${server.host} cannot be looked up now`,
      hint: 'check the DNS and the network of this machine',
    }
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return {problem: 'no route to the host', hint: 'check the address and the network of this machine'}
  }
  if (stage === 'upgrade') {
    return {
      problem: 'it is not a websocket server',
      hint: `use nats:// unless this port is the server's websocket port (${error.message})`,
    }
  }
  if (stage === 'info') {
    const hint = `check the port${isWebSocket(server) ? '' : '; a websocket port needs ws://'}${settings.tlsfirst.value ? '' : ', TLS ahead of all else needs --tlsfirst'}`
    return {problem: 'it does not speak like a NATS server', hint}
  }
  const cut = code === 'ECONNRESET' || code === 'EPIPE'
  return {
    problem: cut ? 'the server closed the connection' : rootCause(error).message,
    hint: 'the log of the server may tell more',
  }
}

function explainSilence({stage, server, settings}: Attempt): Explanation {
  const limit = `${settings.timeout.value / 1000}s`
  const waited = `within ${limit} (${settings.timeout.source.from === 'default' ? '--timeout' : sourceOf(settings.timeout, 'timeout')})`
  const silence: Record<Stage, [string, string]> = {
    proxy: ['the SOCKS5 proxy did not answer', 'check --socks-proxy'],
    resolve: [`the name ${server.host} was not found`, 'check the DNS of this machine'],
    connect: ['no answer', 'check the address; a firewall may drop what is sent there'],
    upgrade: ['it accepted the connection and said nothing', 'check that this is a websocket port'],
    info: [
      'it accepted the connection and said nothing',
      settings.tlsfirst.value
        ? 'check that it is a NATS server'
        : 'check that it is a NATS server; one that begins with TLS needs --tlsfirst',
    ],
    tls: ['the TLS handshake did not end', 'check that it is a NATS server with TLS'],
    login: ['it did not answer the login', 'the server may be overloaded or stuck; look at its log'],
  }
  const [problem, hint] = silence[stage]
  return {problem: `${problem} ${waited}`, hint, exitCode: Timeout}
}

/** Whether an error is the server's refusal of who we are, in any of the words it has for that. */
export function refusesLogin({name, message}: Error): boolean {
  const named = name === 'AuthorizationError' || name === 'UserAuthenticationExpiredError'
  return named || (name === 'ProtocolError' && /authenticat|authoriz|account|credential/i.test(message))
}

function explainRefusal({error, login}: Attempt): Explanation {
  const words = error.message.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
  const unused = login.unused.length > 0 ? `; not sent: ${login.unused.join('; ')}` : ''
  if (login.sent.length === 0) {
    return {
      problem: `${words}: the server wants credentials, none were sent${unused}`,
      hint: 'give --user and --password, --token, --creds or --nkey, or choose a context that has them',
      exitCode: Auth,
    }
  }
  return {
    problem: `${words}: the server refuses ${login.sent.join(' and ')}${unused}`,
    hint: 'check them; `nats context explain` shows where each comes from',
    exitCode: Auth,
  }
}

function explainProxy({error, settings, server}: Attempt): Explanation {
  const proxy = settings['socks-proxy']!
  const {code, message} = rootCause(error)
  const from = sourceOf(proxy, 'socks-proxy')
  if (/authentication/i.test(message)) {
    return {
      problem: 'the SOCKS5 proxy refuses the user',
      hint: `write socks5://USER:PASSWORD@HOST:PORT (${from})`,
      exitCode: Auth,
    }
  }
  const words = code === 'ECONNREFUSED' ? 'nothing listens at its address' : message
  const known = message.match(/rejected connection - (\w+)/)
  if (known) {
    return {
      problem: `the SOCKS5 proxy cannot connect to ${server.host}: ${known[1]}`,
      hint: 'check the name and port of the server as the proxy sees them',
    }
  }
  return {problem: `the SOCKS5 proxy cannot be used: ${words}`, hint: `check the proxy (${from})`}
}

const UNKNOWN_CA = /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY_LEAF|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE/
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST|RECORD_LAYER/
const WANTS_CERTIFICATE =
  /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE|ALERT_CERTIFICATE/

function explainTls({error, stage, encrypted, server, settings}: Attempt): Explanation | undefined {
  const {code = '', message} = error
  const ca = settings.tlsca && sourceOf(settings.tlsca, 'tlsca')
  if (error instanceof NoTlsOffered) {
    const asked =
      ca ?? (server.scheme === 'tls' ? 'the tls:// URL' : settings.tlscert && sourceOf(settings.tlscert, 'tlscert'))
    return {
      problem: 'the server offers no TLS',
      hint: `${asked ?? 'a tls:// URL'} demands it; leave that out only if the connection may be in the open`,
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const {cert} = error as {cert?: {subjectaltname?: string; subject?: {CN?: string}}}
    const names = cert?.subjectaltname?.replace(/(DNS|IP Address):/g, '') ?? cert?.subject?.CN
    return {
      problem: `the certificate is not for ${server.host}, but for ${names ?? 'another name'}`,
      hint: 'connect by a name that the certificate has',
    }
  }
  if (code === 'CERT_HAS_EXPIRED')
    return {problem: 'the certificate of the server has expired', hint: 'it must be renewed on the server'}
  if (code === 'CERT_NOT_YET_VALID')
    return {problem: 'the certificate of the server is not valid yet', hint: 'check the clocks of both machines'}
  if (UNKNOWN_CA.test(code)) {
    return {
      problem: 'the certificate of the server is signed by an unknown authority',
      hint: ca ? `${ca} is not the authority that signed it` : 'give the authority that signed it: --tlsca FILE',
    }
  }
  if (NOT_TLS.test(code)) {
    return {
      problem: 'the server does not begin with TLS',
      hint: server.scheme === 'wss' ? 'use ws://' : 'leave out --tlsfirst',
    }
  }
  // A refused certificate is told after the handshake, and the end of the connection may be seen before that alert.
  const cut = stage === 'login' && encrypted && (code === 'ECONNRESET' || code === 'EPIPE')
  if (WANTS_CERTIFICATE.test(code) || cut) {
    const {tlscert} = settings
    return tlscert
      ? {
          problem: 'the server refuses the client certificate',
          hint: `check ${sourceOf(tlscert, 'tlscert')}: the server must trust who signed it`,
          exitCode: Auth,
        }
      : {problem: 'the server wants a client certificate', hint: 'give --tlscert and --tlskey', exitCode: Auth}
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS'))
    return {problem: `TLS failed: ${message}`, hint: 'the log of the server may tell more'}
}

/** The error below nats.js's and Node's wrappers: of several addresses tried, the first one's. */
function rootCause(error: Error & {code?: string}): Error & {code?: string} {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error ? rootCause(inner) : error
}

/** One error for all the servers that were tried: a refused login is the most telling, then anything but silence. */
export function connectionError(failures: Failure[]): CliError {
  const rank = (one: Failure) => [Auth, Unreachable, Timeout].indexOf(one.exitCode as 4)
  const [first] = failures.toSorted((a, b) => rank(a) - rank(b))
  const {exitCode, hint, server, problem} = first!
  const message =
    failures.length === 1
      ? `cannot connect to ${server}: ${problem}`
      : `none of ${failures.length} servers could be used\n${failures.map((one) => `  ${one.server}: ${one.problem}`).join('\n')}`
  return new CliError(message, {exitCode, hint})
}
