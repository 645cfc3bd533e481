import {UsageError} from '../../errors.ts'
import {isObject, type Json} from '../api.ts'
import type {StreamConfig} from '../stream.ts'

type Rule = (value: unknown) => string | undefined

const shown = (value: unknown) => JSON.stringify(value)
const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER * 1e4): Rule =>
  (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return `must be a whole number but is ${shown(value)}`
    if (value < least) return `must be >= ${least} but found ${value}`
    return value > most ? `must be <= ${most} but found ${value}` : undefined
  }
const text: Rule = (value) => (typeof value === 'string' ? undefined : `must be a text but is ${shown(value)}`)
const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : `must be true or false but is ${shown(value)}`)
const oneOf =
  (...values: string[]): Rule =>
  (value) =>
    values.includes(value as string) ? undefined : `must be one of ${values.join(', ')} but is ${shown(value)}`
const streamName: Rule = (value) =>
  typeof value === 'string' && /^[^\s.*>/\\]+$/.test(value) ? undefined : `${shown(value)} is not the name of a stream`
const texts: Rule = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'must be a list of texts'

const SOURCE: {[field: string]: Rule} = {
  name: streamName,
  opt_start_seq: integer(0),
  opt_start_time: text,
  filter_subject: text,
}

/** What the fields of a stream may be (the API's schema). Fields that are not here are for the server to judge. */
const FIELDS: {[field: string]: Rule | {[field: string]: Rule}} = {
  name: streamName,
  description: text,
  subjects: texts,
  retention: oneOf('limits', 'interest', 'workqueue'),
  max_consumers: integer(-1),
  max_msgs: integer(-1),
  max_msgs_per_subject: integer(-1),
  max_bytes: integer(-1),
  max_age: integer(0),
  max_msg_size: integer(-1, 2 ** 31 - 1),
  storage: oneOf('file', 'memory'),
  compression: oneOf('none', 's2'),
  first_seq: integer(0),
  num_replicas: integer(0, 5),
  no_ack: flag,
  discard: oneOf('old', 'new'),
  discard_new_per_subject: flag,
  duplicate_window: integer(0),
  sealed: flag,
  deny_delete: flag,
  deny_purge: flag,
  allow_rollup_hdrs: flag,
  allow_direct: flag,
  mirror_direct: flag,
  allow_msg_ttl: flag,
  subject_delete_marker_ttl: integer(0),
  placement: {cluster: text, tags: texts},
  mirror: SOURCE,
  republish: {src: text, dest: text, headers_only: flag},
  subject_transform: {src: text, dest: text},
  consumer_limits: {inactive_threshold: integer(0), max_ack_pending: integer(-1)},
}

/** What is wrong with a configuration, each as `/field: what`; nothing for a good one. Null counts as absent. */
export function streamFaults(config: Json): string[] {
  const faults = check(config, FIELDS, '')
  const sources = Array.isArray(config.sources) ? config.sources : []
  for (const [i, source] of sources.entries()) faults.push(...check(source, SOURCE, `/sources/${i}`))
  for (const [key, value] of Object.entries(isObject(config.metadata) ? config.metadata : {}))
    if (typeof value !== 'string') faults.push(`/metadata/${key}: ${text(value)}`)
  if (typeof config.name !== 'string' || config.name === '') faults.unshift('/name: is missing')
  return [...new Set(faults)]
}

function check(value: unknown, rules: {[field: string]: Rule | {[field: string]: Rule}}, path: string): string[] {
  if (!isObject(value)) return [`${path}: must be an object but is ${shown(value)}`]
  return Object.entries(rules).flatMap(([field, rule]) => {
    const found = value[field]
    if (found === undefined || found === null) return []
    if (typeof rule !== 'function') return check(found, rule, `${path}/${field}`)
    const fault = rule(found)
    return fault ? [`${path}/${field}: ${fault}`] : []
  })
}

/** @throws UsageError that names everything that is wrong */
export function checkStreamConfig(config: Json): asserts config is StreamConfig {
  const faults = streamFaults(config)
  if (faults.length > 0) throw new UsageError(`the configuration is not valid: ${faults.join('; ')}`)
}
