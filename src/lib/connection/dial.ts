import {
  type Authenticator,
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  ProtocolHandler,
  setTransportFactory,
} from '@nats-io/nats-core/internal'
import {chooseLogin, type Login} from './auth.ts'
import {authenticatorFor} from './credentials.ts'
import {explainFailure, type Failure} from './failure.ts'
import {parseProxy} from './proxy.ts'
import {addressOf, type Server, urlOf} from './servers.ts'
import type {Settings} from './settings.ts'
import {loadTls} from './tls.ts'
import {type Link, type Stage, Transport} from './transport.ts'

const RECONNECT_WAIT_MS = 1000
const RECONNECT_JITTER_MS = 500
/** How often a silent server is asked whether it is alive; after two answers missed the connection counts as broken. */
const PING_INTERVAL_MS = 20_000

/** All that is read and checked before the first server is tried. */
export type Plan = Pick<Link, 'tls' | 'proxy'> & {
  settings: Settings
  logins: Map<Server, Login>
  authenticators: Map<Server, Authenticator>
}

/** @throws UsageError naming the flag, variable or context whose file is missing or wrong. */
export async function planConnection(settings: Settings): Promise<Plan> {
  const logins = new Map(settings.server.value.map((server) => [server, chooseLogin(settings, server)]))
  const authenticators = new Map<Server, Authenticator>()
  for (const [server, login] of logins) authenticators.set(server, await authenticatorFor(login, settings))
  return {settings, logins, authenticators, tls: await loadTls(settings), proxy: parseProxy(settings['socks-proxy'])}
}

/** Dials one server with nats.js, with a transport of our own, and a login that depends on the server. */
export function dial(plan: Plan, first: Server, passed?: Link['passed']) {
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
    passed,
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
    // nats.js forgets what the server said of itself, but who publishes while it is away still asks for its limits.
    const {info} = handler
    const dialled = prepare()
    handler.info = info
    return dialled
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
    stage: (): Stage => transport?.stage ?? 'resolve',
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

export type Dialled = ReturnType<typeof dial>

function hostAndPort(address: string): {host: string; port: number} {
  const {hostname, port} = new URL(`http://${address}`)
  return {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80)}
}
