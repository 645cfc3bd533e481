import {CliError, describeError} from '../errors.ts'
import type {SavedContext} from './store.ts'

/** How a try to connect ended; `exitCode` as a command would have that can not connect. */
export type ConnectionResult = {ok: true} | {ok: false; error: string; exitCode: number}

/**
 * Connects with the settings of a context, and with nothing from flags or environment but the time to wait, and closes again.
 * Does not throw: a failure is the result. `warn` gets what the server says meanwhile, and the trace.
 */
export async function tryConnection(
  {name, context}: SavedContext,
  {timeout, trace}: {timeout?: string; trace?: boolean},
  warn: (text: string) => void,
): Promise<ConnectionResult> {
  try {
    const {resolveSettings} = await import('../connection/settings.ts')
    const {closeConnection, openConnection} = await import('../connection/connect.ts')
    const {NATS_TIMEOUT} = process.env
    const settings = resolveSettings({timeout, trace}, {NATS_TIMEOUT}, {name, context}, VERSION)
    await closeConnection(await openConnection(settings, {warn, trace: trace ? warn : undefined}))
    return {ok: true}
  } catch (error) {
    const {message, exitCode, stack} = describeError(error)
    if (stack) throw error
    return {ok: false, error: message, exitCode}
  }
}

/** The error with which a command fails whose try to connect failed; `result` is what it prints under --json all the same. */
export function connectionFailure({error, exitCode}: ConnectionResult & {ok: false}, result: unknown): CliError {
  return new CliError(error, {exitCode, result, hint: '`nats context explain --connect` shows which step fails'})
}
