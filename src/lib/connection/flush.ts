import type {NatsConnection} from '@nats-io/nats-core'
import {CliError, ExitCode} from '../errors.ts'
import {duration} from '../output/human.ts'

/**
 * Waits until the server has taken all that was sent.
 *
 * @throws CliError when that takes longer than `timeout` milliseconds or the connection is lost meanwhile;
 * PermissionViolationError when the server refused a publication
 */
export async function flushWithin(connection: NatsConnection, timeout: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const hint = 'raise --timeout to wait longer'
      reject(new CliError(`no answer from the server within ${duration(timeout)}`, {exitCode: ExitCode.Timeout, hint}))
    }, timeout)
  })
  try {
    await Promise.race([connection.flush(), late])
  } catch (error) {
    if (error instanceof CliError || isRefusal(error)) throw error
    const message = 'the connection was lost before the server answered'
    throw new CliError(message, {exitCode: ExitCode.Unreachable, cause: error})
  } finally {
    clearTimeout(timer)
  }
}

/** Whether the server did not permit something. */
export const isRefusal = (error: unknown) => (error as Error | undefined)?.name === 'PermissionViolationError'
