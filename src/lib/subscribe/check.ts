import {UsageError} from '../errors.ts'
import {checkQueue, checkSubject} from '../message/subject.ts'
import {isOutputTerminal} from '../output/terminal.ts'
import type {SinkFlags} from './sinks.ts'

export type ReceiveFlags = {queue?: string; 'ignore-subject'?: string[]; inbox?: boolean; 'match-replies'?: boolean}

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
}
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
  const [first] = subjects
  if (first === undefined && !flags.inbox) throw new UsageError('no subject given', 'give one or more, or --inbox')
  if (first !== undefined && flags.inbox)
    throw new UsageError(`--inbox and the subject ${JSON.stringify(first)} contradict each other`, 'give one of them')
  const isReport = flags['report-subjects'] || flags['report-subscriptions']
  if (flags['report-top'] !== undefined && !isReport)
    throw new UsageError('--report-top is about a report', 'give --report-subjects or --report-subscriptions')
  if (flags['report-top'] === 0) throw new UsageError('--report-top: a report shows at least 1 subject')
  if (flags.graph && !isOutputTerminal()) throw new UsageError('--graph draws on a terminal, and stdout is none')
}

/**
 * Refuses flags that contradict each other, or of which one would do nothing beside the other.
 *
 * @throws UsageError naming the two
 */
function checkConflicts(flags: Record<string, unknown>): void {
  const given = Object.keys(flags).filter((name) => flags[name] !== undefined && flags[name] !== false)
  for (const [flag, others] of Object.entries(CONFLICTS)) {
    const other = given.includes(flag) && others.find((name) => given.includes(name))
    if (other) throw new UsageError(`--${flag} and --${other} contradict each other`, 'give one of them')
  }
}
