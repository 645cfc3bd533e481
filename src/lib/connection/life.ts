import type {NatsConnection, PermissionViolationError, ProtocolHandler, Status} from '@nats-io/nats-core/internal'
import {duration} from '../output/human.ts'
import type {Hooks} from './connect.ts'
import {refusesLogin} from './failure.ts'

/** What the server said this long before it hung up is the reason why. */
const SOON_MS = 1000

/**
 * Tells what happens to an open connection, each event when it happens: nats.js has these in a queue that is read later,
 * too late to know, after a flush, whether the server refused what was published before it.
 *
 * @returns the last refusal of the credentials, if there was one
 */
export function reportLife(
  handler: ProtocolHandler,
  connection: NatsConnection,
  shown: (address: string) => string,
  warn: Hooks['warn'],
): {refusal(): Error | undefined} {
  const permissions = watchPermissions(handler, connection, warn)
  let lostAt: number | undefined
  let refusal: Error | undefined
  let said = {reason: '', at: 0}

  const failed = (error: Error) => {
    if (error.name === 'PermissionViolationError') permissions(error as PermissionViolationError)
    else {
      said = {reason: error.message, at: Date.now()}
      if (refusesLogin(error)) refusal = error
      else warn(`>>> The server reports: ${error.message}`)
    }
  }
  const stale = () => {
    // nats.js says this as well when it hangs up because the server refused something, which has been told already.
    if (Date.now() - said.at >= SOON_MS) said = {reason: 'the server does not answer pings', at: Date.now()}
  }
  const disconnected = () => {
    if (lostAt !== undefined || connection.isClosed() || connection.isDraining()) return
    lostAt = Date.now()
    const reason = lostAt - said.at < SOON_MS ? said.reason : closeReason(handler)
    warn(`>>> Disconnected due to: ${reason}, will attempt reconnect`)
  }
  const reconnected = (server: string) => {
    if (lostAt === undefined) return
    warn(`>>> Reconnected to ${shown(server)} after ${duration(Date.now() - lostAt)}`)
    lostAt = undefined
  }
  const report = (status: Status): void => {
    if (status.type === 'error') failed(status.error)
    else if (status.type === 'staleConnection') stale()
    else if (status.type === 'disconnect') disconnected()
    else if (status.type === 'reconnect') reconnected(status.server)
    else if (status.type === 'ldm') warn(`>>> ${shown(status.server)} is shutting down (lame duck mode)`)
    else if (status.type === 'slowConsumer') {
      warn(`>>> Slow consumer: ${status.pending} messages of "${status.sub.getSubject()}" wait to be handled`)
    }
  }

  const dispatch = handler.dispatchStatus.bind(handler)
  handler.dispatchStatus = (status) => {
    report(status)
    dispatch(status)
  }
  return {refusal: () => refusal}
}

/** Why the transport closed; a server that just ends the connection leaves no error, which is called EOF everywhere. */
function closeReason(handler: ProtocolHandler): string {
  const {closeError} = handler.transport as {closeError?: Error}
  return closeError?.message ?? 'EOF'
}

/**
 * Makes `flush` reject when the server refused a publication that was sent before it, so that "Published" can be said
 * only after. What a request or a subscription was refused, its own promise or iterator tells; the rest is told as a
 * warning at once.
 */
function watchPermissions(handler: ProtocolHandler, connection: NatsConnection, warn: Hooks['warn']) {
  let told: Error | undefined
  for (const owner of [handler.subscriptions, handler.muxSubscriptions]) {
    const handle = owner.handleError.bind(owner) as (...args: unknown[]) => boolean
    Object.assign(owner, {
      handleError: (...args: unknown[]) => {
        const handled = handle(...args)
        if (handled) told = args.at(-1) as Error
        return handled
      },
    })
  }

  let flushing = 0
  let refused: PermissionViolationError | undefined
  const flush = connection.flush.bind(connection)
  connection.flush = async () => {
    flushing++
    try {
      await flush()
    } finally {
      flushing--
    }
    const error = refused
    refused = undefined
    if (error) throw error
  }

  return (error: PermissionViolationError): void => {
    if (error === told) return
    refused = error
    if (flushing === 0) warn(`>>> Not permitted: ${error.message}`)
  }
}
