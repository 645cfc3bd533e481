import {NotFoundError, UsageError} from '../../errors.ts'
import type {JetStreamApi} from '../../jetstream/api.ts'
import {checkName} from '../../jetstream/name.ts'
import {getMessage} from '../../jetstream/read/get.ts'
import type {Slice} from '../../jetstream/read/slice.ts'
import {type StreamState, streamState} from '../../jetstream/read/start.ts'
import {checkVersion} from '../../jetstream/requirements.ts'
import {streamNames} from '../../jetstream/stream.ts'

/** The flags that say what is read from a stream. */
export type StreamFlags = {
  stream?: string
  durable?: string
  direct?: boolean
  'terminate-at-end'?: boolean
  all?: boolean
  last?: boolean
  new?: boolean
  'last-per-subject'?: boolean
  /** Milliseconds. */
  since?: number
  'start-sequence'?: number
}

/**
 * The stream to read: the one that was named, or the one that stores all the subjects.
 *
 * @throws NotFoundError when none does; UsageError when several do
 */
export async function findStream(api: JetStreamApi, subjects: string[], name?: string): Promise<string> {
  if (name !== undefined) {
    checkName('stream', name)
    return name
  }
  const lists = await Promise.all(subjects.map((subject) => streamNames(api, subject)))
  for (const [i, names] of lists.entries())
    if (names.length === 0) throw new NotFoundError(`no stream found with subject: ${subjects[i]}`)
  const common = lists.reduce((found, names) => found.filter((one) => names.includes(one)))
  const [stream, other] = common
  if (stream === undefined)
    throw new UsageError(`no stream stores all of ${subjects.join(', ')}`, 'read them one by one')
  if (other !== undefined)
    throw new UsageError(
      `${subjects.join(', ')} is stored by several streams: ${common.join(', ')}`,
      'choose one: --stream NAME',
    )
  return stream
}

/**
 * What the flags ask for, as parts of the stream to be read one after the other.
 *
 * @param subjects none for all
 * @throws ApiError when there is no such stream; CliError when the server is too old
 */
export async function slicesOf(
  api: JetStreamApi,
  stream: string,
  subjects: string[],
  flags: StreamFlags,
): Promise<Slice[]> {
  checkVersion(api.connection.info!.version, [
    ...(subjects.length > 1 ? [{what: 'several subjects', version: '2.10.0'}] : []),
    ...(flags.direct ? [{what: '--direct', version: '2.11.0'}] : []),
  ])
  const state = await streamState(api, stream)
  const whole = {stream, subjects}
  const end = flags['terminate-at-end'] ? {end: state.lastSequence} : {}
  if (!flags['last-per-subject']) return [{...whole, start: await startOf(api, stream, subjects, flags, state), ...end}]
  // What comes later is wanted whole, not only what is then the last of its subject.
  const beyond = {...whole, start: {sequence: state.lastSequence + 1}}
  const present = {...whole, start: {lastPerSubject: true} as const, end: state.lastSequence}
  return flags['terminate-at-end'] ? [present] : [present, beyond]
}

async function startOf(
  api: JetStreamApi,
  stream: string,
  subjects: string[],
  flags: StreamFlags,
  {lastSequence}: StreamState,
) {
  if (flags.since !== undefined) return {time: Date.now() - flags.since}
  if (flags.new) return {sequence: lastSequence + 1}
  if (!flags.last) return {sequence: flags['start-sequence'] ?? 1}
  const filters = subjects.length > 0 ? subjects : ['>']
  const last = await Promise.all(filters.map((subject) => getMessage(api, stream, {last_by_subj: subject})))
  const sequence = Math.max(...last.map((message) => message?.seq ?? 0))
  return {sequence: sequence || lastSequence + 1}
}
