import {parseHeaders} from '../../message/headers.ts'
import type {Composer} from '../../message/outgoing.ts'
import {clock, counted, duration, number} from '../../output/human.ts'
import {Progress} from '../../output/progress.ts'
import type {JetStreamApi} from '../api.ts'
import {ApiError} from '../api-error.ts'
import {checkVersion} from '../requirements.ts'
import type {PubAck} from './answer.ts'
import {publishBatch} from './batch.ts'
import type {StoreFlags} from './flags.ts'
import {PublishRun} from './run.ts'
import {publishNeeds, scheduleHeaders} from './schedule.ts'

export type PublishFlags = StoreFlags & {
  count: number
  header?: string[]
  quiet?: boolean
  ndjson?: boolean
}

/** How a command speaks: as the methods of NatsCommand with these names. */
export interface Voice {
  notice(text: string): void
  warn(text: string): void
  /** Absent without --json. */
  emit?(record: object): void
}

/**
 * `publish --jetstream`: publishes to streams and tells of each acknowledgement, one by one or, with `many`, in one line at
 * the end; under --json one object for each message.
 *
 * @throws CliError when not all is stored, after it was told what is
 */
export async function store(
  api: JetStreamApi,
  composer: Composer,
  flags: PublishFlags,
  {voice, signal, many}: {voice: Voice; signal: AbortSignal; many: boolean},
): Promise<void> {
  const {info} = api.connection
  const given = [...parseHeaders(flags.header), ...scheduleHeaders(flags, Date.now())]
  checkVersion(info!.version, publishNeeds({atomic: flags.atomic === true}, given))
  const unit = flags.ndjson ? 'record' : !composer.single ? 'line' : flags.count > 1 ? 'message' : undefined
  const common = {
    composer,
    count: flags.count,
    unit,
    headers: () => scheduleHeaders(flags, Date.now()),
    signal,
  } as const

  if (composer.fromStdin && !flags.quiet) voice.notice('Reading payload from STDIN')
  if (flags.atomic) {
    const onSent = ({data, subject}: {data: Uint8Array; subject: string}) => {
      if (!flags.quiet) voice.notice(`Adding ${data.length} bytes to batch on subject "${subject}"`)
    }
    const batch = await publishBatch(api, info!.max_payload, {...common, onSent})
    if (!batch) return voice.notice('Nothing to store: stdin has no message')
    voice.emit?.({...record(batch.ack), batch: batch.id, count: batch.messages})
    if (!flags.quiet) voice.notice(`Wrote batch ID: ${batch.id} Messages: ${batch.messages} Sequence: ${batch.ack.seq}`)
    return
  }

  const progress = many && composer.single && !flags.quiet ? new Progress(flags.count) : undefined
  let lines: string[] = []
  const run = new PublishRun(api, {
    ...common,
    sleep: flags.sleep,
    oneByOne: flags.sleep !== undefined || (!many && composer.single),
    keepGoing: flags['keep-going'] === true,
    progress,
    onStored({subject, data}, ack) {
      voice.emit?.({...record(ack), subject})
      if (flags.quiet || many) return
      lines.push(`Published ${data.length} bytes to "${subject}"`, told(ack))
    },
    onRefused({subject, number: at}, error) {
      const {cause = error} = error
      const server = cause instanceof ApiError ? {code: cause.code, err_code: cause.errCode} : {}
      const description = cause instanceof ApiError ? cause.description : error.message
      voice.emit?.({...(unit ? {[unit]: at} : {}), subject, error: {...server, description}})
      if (flags['keep-going'] && run.refusals.count <= TOLD_AT_ONCE) lines.push(run.refusals.text(at, error))
    },
    onTold() {
      if (lines.length === 0) return
      const text = lines.join(`\n${clock()} `)
      lines = []
      voice.notice(text)
    },
    warn(text) {
      progress?.finish()
      voice.warn(text)
    },
  })
  const started = performance.now()
  await run.publishAll(info!.max_payload)
  progress?.finish()
  if (many && !flags.quiet) voice.notice(summary(run, performance.now() - started))
}

/** So many messages that are not stored are told when that is known; all of them are listed at the end. */
const TOLD_AT_ONCE = 20

const record = ({stream, seq, domain, duplicate}: PubAck) => ({
  stream,
  seq,
  ...(domain ? {domain} : {}),
  ...(duplicate ? {duplicate} : {}),
})

function told({stream, seq, domain, duplicate}: PubAck): string {
  const more = `${domain ? ` Domain: ${domain}` : ''}${duplicate ? ' Duplicate: true' : ''}`
  return `Stored in Stream: ${stream} Sequence: ${seq}${more}`
}

/** `Stored 30 messages in 2ms; 15,000/s. Stream: ORDERS Sequence: 30`. */
function summary({stored, duplicates, streams}: PublishRun, elapsed: number): string {
  const rate = number(Math.round((stored / elapsed) * 1000))
  const where = [...streams].map(([stream, seq]) => ` Stream: ${stream} Sequence: ${seq}`).join('')
  const known = duplicates > 0 ? ` Duplicates: ${number(duplicates)}` : ''
  return `Stored ${counted(stored, 'message')} in ${duration(elapsed)}; ${rate}/s.${where}${known}`
}
