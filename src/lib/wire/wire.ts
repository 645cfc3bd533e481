/**
 * The one file that reaches into nats.js. Its own way makes six objects for each received message; at hundreds of thousands
 * of messages a second that is all a machine can do.
 */
import type {Msg, NatsConnection} from '@nats-io/nats-core'
import {type Frame, type Parser, Scanner} from './scanner.ts'

type Received = {_msg: {hdr: number}; _rdata: Uint8Array}

type Internals = {
  protocol: {
    parser: Parser
    sendCommand(bytes: Uint8Array): void
    transport: {socket?: {pause?(): void; resume?(): void}}
  }
}

/** What `tap` calls, and when. */
export interface Listener {
  /** A message of a tapped subscription came. */
  message(frame: Frame): void
  /** All of a chunk has been told: a good moment to write what was gathered. */
  chunk(): void
  /** The bytes are not the protocol, or one of the above threw. It is told of nothing more. */
  error(thrown: unknown): void
}

export interface Tap {
  /** Tell the messages of the subscription with this id (Subscription.getID()) to the listener instead of its callback. */
  add(sid: number): void
  /** Stop reading from the server until `resume`. Chunks that were read already are still told. */
  pause(): void
  resume(): void
}

/**
 * Listen to the messages of subscriptions of `nc` without making an object for each. The subscriptions are made, renewed after
 * a reconnection and ended by nats.js as always; only the way of their messages is another.
 */
export function tap(nc: NatsConnection, listener: Listener): Tap {
  const {protocol} = nc as unknown as Internals
  const wanted = new Set<number>()
  let failed = false
  const fail = (thrown: unknown) => {
    if (failed) return
    failed = true
    listener.error(thrown)
  }
  const attempt = (action: () => void) => {
    if (failed) return
    try {
      action()
    } catch (thrown) {
      fail(thrown)
    }
  }

  const wrap = (parser: Parser): Parser => {
    const scanner = new Scanner(parser, wanted, (frame) => attempt(() => listener.message(frame)))
    return {
      get state() {
        return parser.state
      },
      parse(chunk) {
        try {
          scanner.parse(chunk)
        } catch (thrown) {
          // Nothing can be read from this server any more, not even that it has heard us say goodbye.
          fail(thrown)
          void nc.close()
        }
        attempt(() => listener.chunk())
      },
    }
  }

  // Every reconnection assigns a new parser.
  let parser = wrap(protocol.parser)
  Object.defineProperty(protocol, 'parser', {
    configurable: true,
    get: () => parser,
    set: (fresh: Parser) => {
      parser = wrap(fresh)
    },
  })

  return {
    add: (sid) => wanted.add(sid),
    pause: () => protocol.transport.socket?.pause?.(),
    resume: () => protocol.transport.socket?.resume?.(),
  }
}

/**
 * The header block of a message as it came, version line included; undefined when it has none. What nats.js makes of it has
 * lost the case and the order of the names.
 */
export function headerBlock(msg: Msg): Uint8Array | undefined {
  const {_msg, _rdata} = msg as unknown as Received
  return _msg.hdr > 0 ? _rdata.subarray(0, _msg.hdr) : undefined
}

/** Where replies to this connection come: `_INBOX`, or what --inbox-prefix or the context says. */
export function inboxPrefix(nc: NatsConnection): string {
  return (nc as unknown as {options: {inboxPrefix?: string}}).options.inboxPrefix ?? '_INBOX'
}

/** Sends operations of the client protocol that are framed already, in order with what nats.js sends. */
export function sendOperations(nc: NatsConnection, bytes: Uint8Array): void {
  const {protocol} = nc as unknown as Internals
  protocol.sendCommand(bytes)
}
