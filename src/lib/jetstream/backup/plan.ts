import {CliError, ExitCode, UsageError} from '../../errors.ts'
import type {JetStreamApi, Json} from '../api.ts'
import {isNotFound} from '../api-error.ts'
import {type StreamConfig, streamInfo} from '../stream.ts'
import type {Description} from './folder.ts'

export type Overrides = {
  /** A configuration in place of that of the backup. */
  file?: Json
  cluster?: string
  tags?: string[]
  replicas?: number
}

/**
 * The description of a backup with what shall be different in the restored stream.
 *
 * @throws UsageError for a configuration of another name: the server restores a stream under its own only
 */
export function override(backup: Description, {file, cluster, tags, replicas}: Overrides): Description {
  const {name} = backup.config
  const config: StreamConfig = {...(file ?? backup.config), name}
  if (file?.name !== undefined && file.name !== name)
    throw new UsageError(`--config: its stream is called ${JSON.stringify(file.name)}, that of the backup "${name}"`)
  if (cluster !== undefined || tags !== undefined) {
    config.placement = {...config.placement, ...(cluster === undefined ? {} : {cluster}), ...(tags ? {tags} : {})}
  }
  if (replicas !== undefined) config.num_replicas = replicas
  return {...backup, config}
}

/** @throws CliError (conflict) when there is a stream of that name */
export async function checkAbsent(api: JetStreamApi, name: string): Promise<void> {
  try {
    await streamInfo(api, name)
  } catch (error) {
    if (isNotFound(error)) return
    throw error
  }
  throw alreadyExists(name)
}

export function alreadyExists(name: string): CliError {
  return new CliError(`Stream "${name}" already exists`, {
    exitCode: ExitCode.Conflict,
    hint: `nothing was restored; remove it first: nats stream rm ${name}`,
  })
}
