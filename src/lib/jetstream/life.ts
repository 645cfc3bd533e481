import type {NatsConnection, QueuedIterator, Status} from '@nats-io/nats-core'

export type LifeEvents = {
  /** The connection is down; nats.js tries to get it back. */
  lost?(): void
  /** It is back; what was on its way meanwhile is gone. */
  renewed?(): void
  /** It is down for good. */
  closed?(): void
  /** The server refuses something that was published or subscribed to, some time after it was. */
  refused?(error: Error): void
}

/** Tells what becomes of a connection, until the returned function is called. */
export function watchLife(connection: NatsConnection, events: LifeEvents): () => void {
  const statuses = connection.status() as QueuedIterator<Status>
  let stopped = false
  const follow = async () => {
    for await (const status of statuses) {
      if (stopped) return
      const {type} = status
      if (type === 'disconnect') events.lost?.()
      if (type === 'reconnect') events.renewed?.()
      if (type === 'error' && status.error.name === 'PermissionViolationError') events.refused?.(status.error)
    }
    if (!stopped) events.closed?.()
  }
  follow().catch(() => {})
  return () => {
    stopped = true
    statuses.stop()
  }
}
