import type {NatsConnection, NatsConnectionImpl} from '@nats-io/nats-core/internal'
import {CliError} from '../errors.ts'
import {type Dialled, dial, type Plan, planConnection} from './dial.ts'
import {connectionError, type Failure} from './failure.ts'
import {reportLife} from './life.ts'
import type {Settings} from './settings.ts'

/** Who is told what happens to a connection. */
export type Hooks = {
  /** A line for people: disconnected, reconnected, not permitted, slow, … */
  warn(text: string): void
  /** A line of the trace; absent without --trace. */
  trace?(text: string): void
  /** The connection is lost for good although nobody closed it. */
  lost?(error: Error): void
}

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

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({item, at: Math.random()}))
    .sort((a, b) => a.at - b.at)
    .map(({item}) => item)
}

/** How long a connection may take to deliver what was published, before it is closed all the same. */
const DRAIN_MS = 1000

/** Delivers what was published, handles what was received, and closes: within a second, at once when the server is away. */
export async function closeConnection(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return
  if ((connection as NatsConnectionImpl).protocol.connected) {
    await within(DRAIN_MS, connection.isDraining() ? connection.closed() : connection.drain())
  }
  if (!connection.isClosed()) await within(DRAIN_MS / 4, connection.close())
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}
