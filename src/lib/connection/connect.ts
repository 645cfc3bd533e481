import {
  type Authenticator,
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  ProtocolHandler,
  setTransportFactory,
} from '@nats-io/nats-core/internal'
import {CliError} from '../errors.ts'
import {chooseLogin, type Login} from './auth.ts'
import {authenticatorFor} from './credentials.ts'
import {connectionError, explainFailure, type Failure} from './failure.ts'
import {reportLife} from './life.ts'
import {parseProxy} from './proxy.ts'
import {addressOf, type Server, urlOf} from './servers.ts'
import type {Settings} from './settings.ts'
import {loadTls} from './tls.ts'
import {type Link, Transport} from './transport.ts'

/** Who is told what happens to a connection. */
export type Hooks = {
  /** A line for people: disconnected, reconnected, not permitted, slow, … */
  warn(text: string): void
  /** A line of the trace; absent without --trace. */
  trace?(text: string): void
  /** The connection is lost for good although nobody closed it. */
  lost?(error: Error): void
}

const RECONNECT_WAIT_MS = 1000
const RECONNECT_JITTER_MS = 500
/** How often a silent server is asked whether it is alive; after two answers missed the connection counts as broken. */
const PING_INTERVAL_MS = 20_000

/**
 * Connects to one of the servers of the settings: in random order, as every NATS client does, but going on to the next
 * when one refuses. Once connected it reconnects for ever, to any of them, unless the server refuses the credentials.
 *
 * @throws CliError naming each server that was tried and why it could not be used (exit code 4, 5 or 6), UsageError
 * for files that cannot be read.
 */
export async function openConnection(settings: Settings, hooks: Hooks): Promise<NatsConnection> {
  const plan = await planConnection(settings)
  const failures: Failure[] = []
  for (const server of shuffled(settings.server.value)) {
    const attempt = dial(plan, server)
    try {
      const connection = await attempt.connected
      await follow(connection, attempt, plan, hooks)
      return connection
    } catch (error) {
      failures.push(attempt.explain(error as Error))
    }
  }
  throw connectionError(failures)
}

/** Has the hooks told of what happens from now on. */
async function follow(connection: NatsConnection, {handler, explain, shown, fault}: Dialled, plan: Plan, hooks: Hooks) {
  const life = reportLife(handler, connection, shown, hooks.warn)
  // Told before the subscriptions end, or a command would take their end for its own.
  const close = handler.close.bind(handler)
  handler.close = (error) => {
    // What nats.js gives when it stops reconnecting because of refusals is not always the refusal.
    const cause = (handler.abortReconnect && life.refusal()) || error
    if (cause) hooks.lost?.(cause === fault() ? cause : lost(explain(cause), cause))
    return close(error)
  }
  if (!hooks.trace) return
  const {traceConnection} = await import('./trace.ts')
  hooks.trace(`>>> Connected to ${shown(connection.getServer())}`)
  traceConnection(handler, plan.settings, hooks.trace)
}

function lost({server, problem, hint, exitCode}: Failure, cause: Error): CliError {
  return new CliError(`lost the connection to ${server}: ${problem}`, {hint, exitCode, cause})
}

/** All that is read and checked before the first server is tried. */
type Plan = Omit<Link, 'serverAt' | 'read' | 'broken'> & {
  settings: Settings
  logins: Map<Server, Login>
  authenticators: Map<Server, Authenticator>
}

async function planConnection(settings: Settings): Promise<Plan> {
  const logins = new Map(settings.server.value.map((server) => [server, chooseLogin(settings, server)]))
  const authenticators = new Map<Server, Authenticator>()
  for (const [server, login] of logins) authenticators.set(server, await authenticatorFor(login, settings))
  return {settings, logins, authenticators, tls: await loadTls(settings), proxy: parseProxy(settings['socks-proxy'])}
}

/** Dials one server with nats.js, with a transport of our own, and a login that depends on the server. */
function dial(plan: Plan, first: Server) {
  const {settings, authenticators} = plan
  const known = new Map(settings.server.value.map((server) => [addressOf(server), server]))
  known.set(addressOf(first), first)
  /** A server that another one told of is spoken to like the first one. */
  const serverAt = (address: string) => known.get(address) ?? first

  const Connection = NatsConnectionImpl as unknown as new (options: ConnectionOptions) => NatsConnectionImpl
  const connection = new Connection({
    servers: [addressOf(first)],
    name: settings['connection-name'].value,
    timeout: settings.timeout.value,
    inboxPrefix: settings['inbox-prefix']?.value,
    authenticator: (nonce) => authenticators.get(serverAt(current()))!(nonce),
    tls: plan.tls.required ? {} : undefined,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    pingInterval: PING_INTERVAL_MS,
    resolve: false,
    noAsyncTraces: true,
  })
  const handler = new ProtocolHandler(connection.options, connection)
  const current = () => handler.getServer()?.listen ?? addressOf(first)
  connection.protocol = handler

  let transport: Transport | undefined
  let fault: Error | undefined
  const link: Link = {
    ...plan,
    serverAt({hostname: host, port, tlsName}) {
      const given = known.get(addressOf({...first, host, port}))
      return {server: given ?? {...first, host, port}, certified: given || !tlsName ? host : tlsName}
    },
    read: (frame) => handler.parser.parse(frame),
    broken(error) {
      fault = error
      handler.close(error)
    },
  }
  const factory = () => {
    const made = new Transport(link)
    transport = made
    // A server that hangs up before it has answered the login has failed now, not when the time is up.
    made
      .closed()
      .then((error) =>
        handler.connectError?.(handler.lastError || error || new Error('the server closed the connection')),
      )
    return made
  }
  // nats.js has one factory for all connections of a process: each connection puts its own in place before it dials.
  const dialer = handler as unknown as {prepare(): unknown}
  const prepare = dialer.prepare.bind(dialer)
  dialer.prepare = () => {
    setTransportFactory({factory})
    return prepare()
  }

  const connected = handler.dialLoop().then(
    () => {
      for (const server of settings.server.value) if (server !== first) handler.servers.addServer(addressOf(server))
      return connection as NatsConnection
    },
    (error) => {
      transport?.discard()
      throw error
    },
  )
  return {
    handler,
    connected,
    /** The error of our own that ended the connection, if one did. */
    fault: () => fault,
    shown: (address: string) => urlOf({...serverAt(address), ...hostAndPort(address)}),
    explain(error: Error): Failure {
      const server = serverAt(current())
      const stage = transport?.stage ?? 'resolve'
      const encrypted = transport?.isEncrypted() ?? false
      return explainFailure({error, stage, encrypted, server, settings, login: plan.logins.get(server)!})
    },
  }
}

type Dialled = ReturnType<typeof dial>

function hostAndPort(address: string): {host: string; port: number} {
  const {hostname, port} = new URL(`http://${address}`)
  return {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80)}
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({item, at: Math.random()}))
    .sort((a, b) => a.at - b.at)
    .map(({item}) => item)
}

/** How long a connection may take to deliver what was published, before it is closed all the same. */
const DRAIN_MS = 1000

/** Delivers what was published, handles what was received, and closes: within a second. */
export async function closeConnection(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return
  const drained = connection.isDraining() ? connection.closed() : connection.drain()
  await within(DRAIN_MS, drained)
  if (!connection.isClosed()) await within(DRAIN_MS / 4, connection.close())
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController()
  const {setTimeout: sleep} = await import('node:timers/promises')
  await Promise.race([work.catch(() => {}), sleep(ms, undefined, {signal: timer.signal}).catch(() => {})])
  timer.abort()
}
