import type {JetStreamApi, Json} from '../api.ts'
import {ApiError} from '../api-error.ts'
import {checkName} from '../name.ts'
import {checkVersion} from '../requirements.ts'
import {readStreamInfo, type StreamConfig, type StreamInfo} from '../stream.ts'
import {streamNeeds} from './needs.ts'

/** What the server writes into the metadata of every stream by itself. */
const SERVER_METADATA = ['_nats.ver', '_nats.level', '_nats.req.level']
/** "account requires a stream config to have max bytes set" */
const MAX_BYTES_REQUIRED = 10113
/** The limit of a new stream in an account that wants one. */
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024

/** A configuration from elsewhere, without what the server that it came from wrote into it. */
export function withoutServerMetadata<T extends Json>(config: T): T {
  const {metadata, ...rest} = config as Json
  const own = Object.entries(metadata ?? {}).filter(([key]) => !SERVER_METADATA.includes(key))
  return (own.length > 0 ? {...rest, metadata: Object.fromEntries(own)} : rest) as T
}

/**
 * A stream's configuration with what a file says in its place: fields that the file does not have stay as they are,
 * and null takes one away.
 */
export function overlay(before: StreamConfig, file: Json): StreamConfig {
  const clean = withoutServerMetadata(file)
  const server = Object.entries(before.metadata ?? {}).filter(([key]) => SERVER_METADATA.includes(key))
  const config: Json = {...before, ...clean, name: before.name}
  if ('metadata' in file) config.metadata = {...Object.fromEntries(server), ...(clean.metadata as object)}
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null)) as StreamConfig
}

/**
 * Creates a stream. One that is there with the same configuration is left as it is.
 *
 * @param chooseLimit whether a limit in bytes may be added where the account wants one
 * @throws CliError when the server is too old for the configuration; ApiError (8) when there is another of that name
 */
export async function createStream(api: JetStreamApi, config: StreamConfig, chooseLimit = false): Promise<StreamInfo> {
  checkName('stream', config.name)
  checkVersion(api.connection.info!.version, streamNeeds(config))
  const subject = `STREAM.CREATE.${config.name}`
  try {
    return readStreamInfo(await api.request(subject, config))
  } catch (error) {
    if (!chooseLimit || !(error instanceof ApiError) || error.errCode !== MAX_BYTES_REQUIRED) throw error
    return readStreamInfo(await api.request(subject, {...config, max_bytes: DEFAULT_MAX_BYTES}))
  }
}

/** Changes a stream into what `config` says. @throws as createStream; ApiError (3) when there is no such stream */
export async function updateStream(api: JetStreamApi, before: StreamConfig, config: StreamConfig): Promise<StreamInfo> {
  checkVersion(api.connection.info!.version, streamNeeds(config, before))
  return readStreamInfo(await api.request(`STREAM.UPDATE.${config.name}`, withoutServerMetadata(config)))
}
