import {randomInt} from 'node:crypto'
import {isObject, type JetStreamApi, type Json} from './api.ts'
import type {ConsumerConfig} from './consumer-config/config.ts'
import {type ConsumerInfo, readConsumer} from './consumer-info.ts'
import type {Group} from './leader.ts'
import {checkName} from './name.ts'
import type {Listing} from './pages.ts'
import {type PickOptions, pickConsumer, pickStream} from './pick.ts'
import {checkVersion, type Requirement} from './requirements.ts'

/** The stream and the consumer that a command is about: named, or chosen from lists at a terminal. */
export async function pickBoth(
  api: JetStreamApi,
  args: {stream?: string; consumer?: string},
  options: PickOptions,
): Promise<{stream: string; consumer: string}> {
  const stream = await pickStream(api, args.stream, options)
  return {stream, consumer: await pickConsumer(api, stream, args.consumer, options)}
}

/** All there is to know about a consumer. @throws ApiError (3) when there is no such consumer */
export const consumerInfo = async (
  api: JetStreamApi,
  stream: string,
  name: string,
  timeout?: number,
): Promise<ConsumerInfo> => readConsumer(await api.request(`CONSUMER.INFO.${stream}.${name}`, undefined, timeout))

/** A consumer as one that can be made to change its leader. */
export const consumerGroup = (api: JetStreamApi, stream: string, name: string): Group => ({
  title: `consumer "${stream}" > "${name}"`,
  subject: `CONSUMER.LEADER.STEPDOWN.${stream}.${name}`,
  cluster: async (timeout) => (await consumerInfo(api, stream, name, timeout)).cluster,
})

/** All consumers of a stream, by name. */
export async function listConsumers(api: JetStreamApi, stream: string): Promise<Listing<ConsumerInfo>> {
  const listing = await api.list<Json>(`CONSUMER.LIST.${stream}`, 'consumers')
  const items = listing.items.filter(isObject).map(readConsumer)
  return {...listing, items: items.sort((a, b) => (a.name < b.name ? -1 : 1))}
}

/**
 * Creates a consumer, or changes the one of that name as far as the server allows.
 *
 * @param action `update` never creates one (servers from 2.10 on)
 * @throws CliError when the server is too old for the configuration; ApiError when it refuses
 */
export async function putConsumer(
  api: JetStreamApi,
  stream: string,
  config: ConsumerConfig,
  action?: 'create' | 'update',
): Promise<ConsumerInfo> {
  const name = config.name || config.durable_name || randomName()
  checkName('consumer', name)
  checkVersion(api.connection.info!.version, requirementsOf(config))
  // A server that limits who may consume which subjects looks for the filter in the subject of the request.
  const filter = config.filter_subject ? `.${config.filter_subject}` : ''
  const request = {stream_name: stream, config: {...config, name}, ...(action ? {action} : {})}
  return readConsumer(await api.request(`CONSUMER.CREATE.${stream}.${name}${filter}`, request))
}

function requirementsOf(config: ConsumerConfig): Requirement[] {
  const ownMetadata = Object.keys(config.metadata ?? {}).some((key) => !key.startsWith('_nats.'))
  const policy = config.priority_policy
  const list: [boolean, string, string][] = [
    [(config.filter_subjects?.length ?? 0) > 0, 'several filters', '2.10.0'],
    [ownMetadata, 'metadata', '2.10.0'],
    [Boolean(config.pause_until && !config.pause_until.startsWith('0001-')), 'a pause', '2.11.0'],
    [policy === 'overflow' || policy === 'pinned_client', 'priority groups', '2.11.0'],
    [policy === 'prioritized', 'prioritized groups', '2.12.0'],
    [config.ack_policy === 'flow_control', 'acknowledgement by flow control', '2.14.0'],
  ]
  return list.filter(([used]) => used).map(([, what, version]) => ({what, version}))
}

/** `config` under a name; durable, unless it is to go when it is not used. */
export function named(config: ConsumerConfig, name: string, ephemeral = false): ConsumerConfig {
  const {name: _name, durable_name: _durable, ...rest} = config
  return ephemeral ? {name, ...rest} : {name, durable_name: name, ...rest}
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A name for a consumer that was given none, as the reference client makes them. */
const randomName = () => Array.from({length: 8}, () => LETTERS[randomInt(LETTERS.length)]).join('')
