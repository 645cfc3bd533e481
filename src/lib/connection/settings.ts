import type {GlobalFlags} from '../command.ts'
import {UsageError} from '../errors.ts'
import {parseDuration} from '../units.ts'

export type Settings = {servers: string[]; timeout: number; user?: string; password?: string; name: string}

export async function resolveSettings(flags: GlobalFlags, env: NodeJS.ProcessEnv): Promise<Settings> {
  const servers = (flags.server || env.NATS_URL || 'nats://127.0.0.1:4222').split(',').map((url) => url.trim())
  const timeout = parseDuration(flags.timeout ?? env.NATS_TIMEOUT ?? '5s')
  if (timeout === undefined) throw new UsageError(`--timeout: ${flags.timeout} is not a duration`)
  const name = flags['connection-name'] ?? `NATS CLI Version ${VERSION}`
  return {servers, timeout, user: flags.user, password: flags.password, name}
}
