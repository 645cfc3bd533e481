import {type Difference, differences} from '../diff.ts'
import type {Requirement} from '../requirements.ts'
import type {StreamConfig, StreamSource} from '../stream.ts'

/** Fields that servers before a version drop in silence, with the flag that sets each. */
const FIELDS: [field: RegExp, what: string, version: string][] = [
  [/^compression$/, '--compression', '2.10.0'],
  [/^first_seq$/, '--first-sequence', '2.10.0'],
  [/^metadata\.(?!_nats\.)/, '--metadata', '2.10.0'],
  [/^subject_transform\b/, '--transform-source', '2.10.0'],
  [/^consumer_limits\b/, '--limit-consumer-…', '2.10.0'],
  [/^allow_msg_ttl$/, '--allow-msg-ttl', '2.11.0'],
  [/^subject_delete_marker_ttl$/, '--subject-del-markers-ttl', '2.11.0'],
  [/^allow_atomic$/, '--allow-batch', '2.12.0'],
  [/^allow_msg_counter$/, '--allow-counter', '2.12.0'],
  [/^allow_msg_schedules$/, '--allow-schedules', '2.12.0'],
  [/^persist_mode$/, '--persist-mode', '2.12.0'],
  [/^allow_batched$/, '--allow-fast', '2.14.0'],
]
/** Values that old servers have as well, because they know nothing else. */
const ALWAYS: {[field: string]: unknown} = {compression: 'none', persist_mode: 'default'}

/** What of `config` needs which server. With `before`, the stream as it is, only what changes counts. */
export function streamNeeds(config: StreamConfig, before?: StreamConfig): Requirement[] {
  const changed = differences(before ?? {}, config).filter(isUsed)
  const needs = FIELDS.filter(([field]) => changed.some((difference) => field.test(difference.field)))
  const list = needs.map(([, what, version]) => ({what, version}))
  if (changed.some(({field}) => /^(mirror|sources)\b/.test(field))) list.push(...originNeeds(config))
  return list
}

const isUsed = ({field, new: value}: Difference) => value !== undefined && value !== ALWAYS[field]

function originNeeds({mirror, sources}: StreamConfig): Requirement[] {
  const origins = [mirror, ...(sources ?? [])].filter((origin): origin is StreamSource => Boolean(origin))
  const needs: Requirement[] = []
  if (origins.some((origin) => origin.subject_transforms?.length))
    needs.push({what: 'transforms of a mirror or source', version: '2.10.0'})
  if (mirror?.filter_subject) needs.push({what: 'the filter of a mirror', version: '2.10.0'})
  if (origins.some(({consumer}) => consumer)) needs.push({what: 'a consumer for a mirror or source', version: '2.14.0'})
  return needs
}
