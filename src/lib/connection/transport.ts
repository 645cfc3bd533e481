import {connect as connectSocket, isIP, type Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import type {PeerCertificate} from 'node:tls'
import type {ConnectionOptions, ServerInfo} from '@nats-io/nats-core/internal'
import {NodeTransport} from '@nats-io/transport-node/lib/node_transport.js'
import type {SocksProxy} from './proxy.ts'
import {addressOf, isWebSocket, type Server, urlOf} from './servers.ts'
import type {Tls} from './tls.ts'

/** How far a connection got: what was under way when it failed. */
export type Stage = 'proxy' | 'resolve' | 'connect' | 'upgrade' | 'info' | 'tls' | 'login'

/** The server does not offer the TLS that the user demands. */
export class NoTlsOffered extends Error {}

/** What one stage shows of the server. */
export type Learnt = {
  addresses?: string[]
  address?: string
  certificate?: PeerCertificate
  tls?: string
  info?: ServerInfo
}

type Address = {hostname: string; port: number; tlsName: string}

/** What a transport needs to know about the connection it is for. */
export type Link = {
  /** The server at an address, which may be one that another server told of, and the name its certificate must have. */
  serverAt(address: Address): {server: Server; certified: string}
  tls: Tls
  proxy?: SocksProxy
  /** Told each stage that went well, with what was learnt in it. */
  passed?(stage: Stage, learnt: Learnt): void
  /** Takes what came in, once connected. */
  read(frame: Uint8Array): void
  /** `read` threw: nothing can be read any more. */
  broken(error: Error): void
}

/**
 * The connection to one server, made in stages so that a failure can say which: by TCP or through a SOCKS5 proxy, plain
 * or with TLS (before or after the server's INFO), bare or as a websocket. It differs from nats.js's own in that a
 * certificate for an address is checked against this address, an abandoned attempt leaves no socket behind, and a fault
 * in the reader is reported instead of printed.
 */
export class Transport extends NodeTransport {
  stage: Stage = 'resolve'
  private encrypted = false
  private web?: Duplex
  private addresses: string[] = []
  private readonly link: Link

  constructor(link: Link) {
    super()
    this.link = link
  }

  override async connect(address: Address, options: ConnectionOptions) {
    this.options = options
    const {tls, proxy} = this.link
    const {server, certified} = this.link.serverAt(address)
    try {
      if (proxy) await this.dialThrough(proxy, server)
      else await this.open(server.address ?? server.host, server.port)
      if (server.scheme === 'wss' || tls.first) await this.encrypt(certified)
      if (isWebSocket(server)) await this.upgrade(server)

      this.stage = 'info'
      const info = await this.peekInfo()
      this.link.passed?.('info', {info})
      if (!this.encrypted && !isWebSocket(server)) {
        if (tls.required && !info.tls_required && !info.tls_available) throw new NoTlsOffered()
        if (tls.required || info.tls_required) await this.encrypt(certified)
      }
      this.stage = 'login'
      this.connected = true
      this.setupHandlers()
      // A full server sends -ERR right behind its INFO and hangs up. CONNECT and PING go out in one write, since a
      // second one would fail and end the socket before that -ERR is read.
      const {socket} = this
      socket.cork()
      setImmediate(() => socket.uncork())
      this.signal.resolve()
    } catch (error) {
      this.socket?.destroy()
      throw error ?? new Error('the connection was closed')
    }
  }

  // biome-ignore lint/correctness/useYield: nats.js only reads on and parses what is yielded, which `read` has done
  override async *iterate(): AsyncGenerator<Uint8Array> {
    for await (const frame of super.iterate()) {
      try {
        this.link.read(frame)
      } catch (error) {
        return this.link.broken(error as Error)
      }
    }
  }

  override isEncrypted(): boolean {
    return this.encrypted
  }

  override setupHandlers(): void {
    super.setupHandlers()
    // The stream of a websocket does not close by itself at its end, and nothing more can be written to it then.
    const {socket} = this
    if (this.web) socket.prependListener('end', () => socket.destroy())
  }

  /** Connects by TCP; the socket is `this.socket` at once, so that discard() ends an attempt that hangs. */
  private async open(host: string, port: number): Promise<void> {
    const patience = Math.max(250, Math.ceil((this.options.timeout ?? 0) / 3))
    const socket = connectSocket({host, port, noDelay: true, autoSelectFamilyAttemptTimeout: patience})
    if (this.stage === 'resolve') {
      if (isIP(host)) this.stage = 'connect'
      else socket.on('lookup', (error, address) => !error && this.resolved(address))
    }
    await this.ready(socket, 'connect')
    if (this.stage === 'connect')
      this.link.passed?.('connect', {address: addressOf({host: socket.remoteAddress!, port})})
  }

  private resolved(address: string): void {
    if (this.stage === 'connect') return void this.addresses.push(address)
    this.stage = 'connect'
    this.addresses = [address]
    // Several addresses are told one right after the other.
    queueMicrotask(() => this.link.passed?.('resolve', {addresses: this.addresses}))
  }

  private async dialThrough(proxy: SocksProxy, {host, port}: Server): Promise<void> {
    this.stage = 'proxy'
    await this.open(proxy.host, proxy.port)
    const {relayThrough} = await import('./socks.ts')
    await relayThrough(this.socket, proxy, {host, port}, this.options.timeout!)
    this.link.passed?.('proxy', {address: addressOf(proxy)})
  }

  private async encrypt(name: string): Promise<void> {
    this.stage = 'tls'
    const servername = isIP(name) ? undefined : name
    // Not loaded for a plain connection: it is a tenth of the start of a `nats pub`.
    const {connect: connectTls} = await import('node:tls')
    const socket = connectTls({socket: this.socket, host: name, servername, ...this.link.tls.options()})
    this.encrypted = true
    await this.ready(socket, 'secureConnect')
    this.link.passed?.('tls', {certificate: socket.getPeerCertificate(), tls: socket.getProtocol() ?? undefined})
  }

  private async upgrade(server: Server): Promise<void> {
    this.stage = 'upgrade'
    const {createWebSocketStream, WebSocket} = await import('ws')
    const {socket} = this
    const web = new WebSocket(urlOf(server).replace(/^wss/, 'ws'), {createConnection: () => socket})
    await new Promise<void>((resolve, reject) => {
      let failure: Error | undefined
      web.on('error', (error) => {
        failure = error
      })
      web.once('close', () => reject(failure))
      web.once('open', () => {
        this.web = createWebSocketStream(web)
        this.socket = this.web as Socket
        this.link.passed?.('upgrade', {})
        resolve()
      })
    })
  }

  private async ready(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
    this.socket = socket
    await new Promise<void>((resolve, reject) => {
      let failure: Error | undefined
      socket.once(event, resolve)
      socket.once('error', (error) => {
        failure = error
      })
      socket.once('close', () => reject(failure))
    })
    socket.removeAllListeners('error').removeAllListeners('close')
  }
}
