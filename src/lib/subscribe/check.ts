import {UsageError} from '../errors.ts'
import {checkQueue, checkSubject} from '../message/subject.ts'
import {isOutputTerminal} from '../output/terminal.ts'
import type {SinkFlags} from './sinks.ts'
import type {StreamFlags} from './stream/source.ts'

export type ReceiveFlags = {
  raw?: boolean
  translate?: string
  queue?: string
  count?: number
  /** Milliseconds. */
  wait?: number
  'ignore-subject'?: string[]
  inbox?: boolean
  'match-replies'?: boolean
  ack?: boolean
} & StreamFlags

const FORMS = [
  'raw',
  'dump',
  'json',
  'headers-only',
  'subjects-only',
  'report-subjects',
  'report-subscriptions',
  'graph',
]
/** Each says where in a stream to begin. */
const STARTS = ['all', 'last', 'new', 'last-per-subject', 'since', 'start-sequence']
/** Each asks for messages of a stream rather than for those that are published now. */
const STREAM = [...STARTS, 'stream', 'durable', 'direct']
const DETAILS = ['timestamp', 'delta-time', 'translate', 'match-replies']

/** For each flag, those that it leaves nothing to do. */
const CONFLICTS: Record<string, string[]> = {
  // Each says what is shown of a message.
  ...Object.fromEntries(FORMS.map((form, i) => [form, FORMS.slice(i + 1)])),
  // One object for each message, of which less can be asked for; one for a report.
  json: ['graph'],
  // Under --dump, --raw is quiet.
  raw: FORMS.filter((form) => form !== 'dump' && form !== 'raw').concat('timestamp', 'delta-time'),
  timestamp: ['delta-time', 'dump'],
  'delta-time': ['dump'],
  translate: ['headers-only', 'subjects-only'],
  ...Object.fromEntries(STARTS.map((start, i) => [start, STARTS.slice(i + 1)])),
  // Its messages are there already, have no reply subject, and go to nobody else.
  queue: STREAM,
  inbox: STREAM,
  'match-replies': STREAM,
  // It has its own place in the stream, and what is left out would be lost to it.
  durable: [...STARTS, 'direct', 'ignore-subject'],
  // Nobody has seen what is only counted.
  ack: ['report-subjects', 'report-subscriptions', 'graph', 'direct'],
}
CONFLICTS.new!.push('terminate-at-end')
for (const summary of ['report-subjects', 'report-subscriptions', 'graph']) CONFLICTS[summary]!.push(...DETAILS)

/**
 * Refuses what cannot be done, before anything is connected.
 *
 * @throws UsageError naming the subject, or the flags that contradict each other
 */
export function checkRequest(subjects: string[], flags: SinkFlags & ReceiveFlags): void {
  checkConflicts(flags)
  for (const subject of subjects) checkSubject(subject, 'subject', {wildcards: true})
  for (const subject of flags['ignore-subject'] ?? []) checkSubject(subject, '--ignore-subject:', {wildcards: true})
  if (flags.queue !== undefined) checkQueue(flags.queue)
  checkStream(subjects, flags)
  const [first] = subjects
  if (first === undefined && !flags.inbox && flags.stream === undefined)
    throw new UsageError('no subject given', 'give one or more, or --inbox')
  if (first !== undefined && flags.inbox)
    throw new UsageError(`--inbox and the subject ${JSON.stringify(first)} contradict each other`, 'give one of them')
  const isReport = flags['report-subjects'] || flags['report-subscriptions']
  if (flags['report-top'] !== undefined && !isReport)
    throw new UsageError('--report-top is about a report', 'give --report-subjects or --report-subscriptions')
  if (flags['report-top'] === 0) throw new UsageError('--report-top: a report shows at least 1 subject')
  if (flags.graph && !isOutputTerminal()) throw new UsageError('--graph draws on a terminal, and stdout is none')
}

/** Whether messages of a stream are asked for. */
export const readsStream = (flags: StreamFlags): boolean => givenOf(flags).some((name) => STREAM.includes(name))

const givenOf = (flags: Record<string, unknown>): string[] =>
  Object.keys(flags).filter((name) => flags[name] !== undefined && flags[name] !== false)

function checkStream(subjects: string[], flags: ReceiveFlags): void {
  const isStream = readsStream(flags)
  const {ack, durable, direct, stream} = flags
  if (flags['terminate-at-end'] && !isStream)
    throw new UsageError('--terminate-at-end is about a stream', 'give --all, --stream or another place to begin')
  if (durable !== undefined && subjects.length > 0)
    throw new UsageError(
      'cannot specify both subjects and --durable: the consumer has its own',
      'leave out the subjects',
    )
  if (durable !== undefined && stream === undefined)
    throw new UsageError('--durable names a consumer of a stream', 'give --stream as well')
  if (ack && isStream && durable === undefined)
    throw new UsageError(
      '--ack is about the messages of a consumer',
      'name it with --stream and --durable, or leave out --ack',
    )
  if (direct && subjects.length > 1)
    throw new UsageError('--direct reads one subject', 'leave out --direct, or use a wildcard')
  if (flags['start-sequence'] === 0) throw new UsageError('--start-sequence: sequences begin at 1')
}

/**
 * Refuses flags that contradict each other, or of which one would do nothing beside the other.
 *
 * @throws UsageError naming the two
 */
function checkConflicts(flags: Record<string, unknown>): void {
  const given = givenOf(flags)
  for (const [flag, others] of Object.entries(CONFLICTS)) {
    const other = given.includes(flag) && others.find((name) => given.includes(name))
    if (other) throw new UsageError(`--${flag} and --${other} contradict each other`, 'give one of them')
  }
}
