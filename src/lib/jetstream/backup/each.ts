import {CliError, describeError, ExitCode} from '../../errors.ts'
import type {JetStreamApi} from '../api.ts'

/** `error` is what was thrown; it is not enumerable, so that no JSON has it. */
export type Failure = {stream: string; reason: string; readonly error?: unknown}
export type Outcome<T> = {done: T[]; failed: Failure[]}

/**
 * Does the same to many streams, one after the other. A failure is told and noted, and keeps the others from nothing.
 *
 * @throws a fault of this program, and what is thrown once the connection is lost for good
 */
export async function eachStream<T>(
  api: JetStreamApi,
  streams: string[],
  work: (stream: string) => Promise<T>,
  onFailure: (failure: Failure) => void,
): Promise<Outcome<T>> {
  const outcome: Outcome<T> = {done: [], failed: []}
  for (const stream of streams) {
    try {
      outcome.done.push(await work(stream))
    } catch (error) {
      const {message, stack} = describeError(error)
      if (stack || api.connection.isClosed()) throw error
      const failure: Failure = {stream, reason: message}
      Object.defineProperty(failure, 'error', {value: error})
      outcome.failed.push(failure)
      onFailure(failure)
    }
  }
  return outcome
}

/** What to throw at the end when there were failures: part of the work failed, or all of it. */
export function asError(what: string, done: number, failed: Failure[], result: object): CliError {
  const exitCode = done > 0 ? ExitCode.Partial : ExitCode.Failed
  return new CliError(`${what} failed for ${failed.length} of ${done + failed.length} streams`, {exitCode, result})
}

/** `  NAME: reason` lines under a title. */
export function listFailures(title: string, failures: Failure[]): string {
  return [`${title}:`, ...failures.map(({stream, reason}) => `  ${stream}: ${reason}`)].join('\n')
}
