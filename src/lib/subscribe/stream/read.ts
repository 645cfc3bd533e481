import type {JetStreamApi} from '../../jetstream/api.ts'
import {consumerInfo} from '../../jetstream/consumers.ts'
import {checkName} from '../../jetstream/name.ts'
import {duration} from '../../output/human.ts'
import type {Sink} from '../receive.ts'
import {Intake} from './intake.ts'
import {findStream, type StreamFlags, slicesOf} from './source.ts'

export type ReadFlags = StreamFlags & {
  ack?: boolean
  count?: number
  wait?: number
  translate?: string
  'ignore-subject'?: string[]
}

export type Telling = {notice(text: string): void; warn(text: string): void}

/**
 * Reads a stream into the sink, until the flags say that it is enough, or `interrupt` is aborted.
 *
 * @throws NotFoundError when there is no such stream or consumer; UsageError when the flags do not fit it
 */
export async function readStream(
  api: JetStreamApi,
  subjects: string[],
  flags: ReadFlags,
  sink: Sink,
  interrupt: AbortSignal,
  {notice, warn}: Telling,
): Promise<void> {
  const {durable: consumer, direct, wait} = flags
  const limits = {ignore: flags['ignore-subject'] ?? [], count: flags.count ?? 0, wait}
  const stream = await findStream(api, subjects, flags.stream)
  const openIntake = (names: string[]) =>
    new Intake({...limits, subjects: names}, {stream, consumer, direct}, sink, interrupt)
  let intake: Intake

  if (consumer !== undefined) {
    const {checkAcknowledgement, describeDurable, readDurable} = await import('./durable.ts')
    checkName('consumer', consumer)
    const info = await consumerInfo(api, stream, consumer)
    checkAcknowledgement(info, flags.ack)
    notice(describeDurable(info, flags.ack))
    intake = openIntake([`${stream} > ${consumer}`])
    intake.begin()
    const {count} = limits
    const oneByOne = flags.translate !== undefined
    await readDurable(api, info, intake, {count, terminateAtEnd: flags['terminate-at-end'], oneByOne, warn})
  } else {
    const slices = await slicesOf(api, stream, subjects, flags)
    notice(describe(subjects, flags))
    if (limits.ignore.length > 0) notice(`Ignored subjects: ${limits.ignore.join(', ')}`)
    intake = openIntake(subjects.length > 0 ? subjects : ['>'])
    const reader = await openReader(api, direct, warn)
    intake.begin()
    for (const slice of slices) if (!intake.signal.aborted) await reader.read(slice, intake, intake.signal)
  }
  await intake.end()
}

async function openReader(api: JetStreamApi, direct: boolean | undefined, warn: (text: string) => void) {
  if (direct) {
    const {DirectReader} = await import('../../jetstream/read/direct.ts')
    return new DirectReader(api, warn)
  }
  const {StreamReader} = await import('../../jetstream/read/reader.ts')
  return new StreamReader(api, warn)
}

/** What is read, and from where on, in words for the user. */
function describe(subjects: string[], flags: StreamFlags): string {
  const names = subjects.length > 0 ? subjects.join(', ') : '>'
  const [from, starting] = describeStart(flags)
  if (flags.direct)
    return `Subscribing to JetStream Stream (direct) holding messages with subject ${names} starting ${starting}`
  return `Subscribing to ${subjects.length > 1 ? 'subjects' : 'subject'} ${names} ${from}`
}

function describeStart(flags: StreamFlags): [from: string, starting: string] {
  const {since, 'start-sequence': sequence} = flags
  if (flags.last) return ['from last received message', 'with the last message received']
  if (flags['last-per-subject']) return ['for last message per subject', 'with the last message of each subject']
  if (flags.new) return ['for new messages', 'with new messages']
  if (since !== undefined) return [`since ${duration(since)}`, `with messages since ${duration(since)}`]
  if (sequence !== undefined) return [`starting at sequence ${sequence}`, `at sequence ${sequence}`]
  return ['from first received message', 'with the first message received']
}
