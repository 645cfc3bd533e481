import {UsageError} from '../../errors.ts'
import {duration, Flags} from '../../flags.ts'
import {checkSubject} from '../../message/subject.ts'
import {type ScheduleFlags, scheduleHeaders} from './schedule.ts'

/** The flags of `publish` that are about streams. */
export const storeFlags = {
  jetstream: Flags.boolean({char: 'J', summary: 'Wait until a stream has stored each message, and tell where'}),
  'keep-going': Flags.boolean({
    summary: 'With --jetstream: go on after a message that is not stored, and list them at the end',
  }),
  atomic: Flags.boolean({summary: 'Store all messages that stdin has, or none (server 2.12 or newer)'}),
  'schedule-at': Flags.string({helpValue: 'TIME', summary: 'Have the stream publish the message then (RFC 3339)'}),
  'schedule-after': duration({summary: 'Have the stream publish the message in this time'}),
  'schedule-every': duration({summary: 'Have the stream publish the message again and again (server 2.14 or newer)'}),
  'schedule-cron': Flags.string({helpValue: 'CRON', summary: 'The same by a pattern of six fields, seconds first'}),
  'schedule-dest': Flags.string({helpValue: 'SUBJECT', summary: 'Subject that the scheduled message is published to'}),
  'schedule-source': Flags.string({helpValue: 'SUBJECT', summary: 'Publish the last message of this subject instead'}),
  'schedule-ttl': duration({summary: 'How long the published message is kept'}),
}

export type StoreFlags = ScheduleFlags & {
  jetstream?: boolean
  'keep-going'?: boolean
  atomic?: boolean
  reply?: string
  sleep?: number
}

/**
 * Whether messages go to streams, which --atomic and the schedules say as well as --jetstream.
 *
 * @param manyBodies whether stdin has one message a line, or records
 * @throws UsageError for flags that contradict each other
 */
export function checkStoring(flags: StoreFlags, manyBodies: boolean): boolean {
  const scheduled = scheduleHeaders(flags, 0).length > 0
  const storing = flags.jetstream || flags.atomic || scheduled
  const by = flags.jetstream ? '--jetstream' : flags.atomic ? '--atomic' : 'a schedule'
  if (storing && flags.reply !== undefined)
    throw new UsageError(`--reply and ${by} contradict each other: the stream answers to the publisher`)
  if (flags.atomic && !manyBodies)
    throw new UsageError('--atomic takes its messages from stdin', 'add --send-on newline, or --ndjson')
  if (flags.atomic && flags['keep-going'])
    throw new UsageError('--atomic and --keep-going contradict each other: all messages are stored, or none')
  if (flags.atomic && flags.sleep !== undefined)
    throw new UsageError('--atomic and --sleep contradict each other: a batch is sent at once')
  if (flags['keep-going'] && !storing)
    throw new UsageError('--keep-going needs --jetstream: without it nothing is said to be refused')
  if (flags['schedule-dest'] !== undefined) checkSubject(flags['schedule-dest'], '--schedule-dest')
  if (flags['schedule-source'] !== undefined) checkSubject(flags['schedule-source'], '--schedule-source')
  return storing === true
}
