import {type FileHandle, open} from 'node:fs/promises'
import {createInbox, type Msg} from '@nats-io/nats-core'
import {CliError, ExitCode} from '../../errors.ts'
import {duration} from '../../output/human.ts'
import {inboxPrefix} from '../../wire/wire.ts'
import {isObject, type JetStreamApi, type Json} from '../api.ts'
import {ApiError} from '../api-error.ts'
import {watchLife} from '../life.ts'
import {readStreamInfo, type StreamInfo, streamInfo} from '../stream.ts'
import {ArchiveMeter} from './archive.ts'
import {archivePath, type Description} from './folder.ts'

const CHUNK_BYTES = 512 * 1024
/** Chunks that may be on their way unacknowledged. */
const WINDOW = 16
/** So often in a row the server may leave unanswered how it is, once it has the whole archive. */
const PATIENCE = 3

export type RestoreHooks = {
  /** The server is ready to take the archive of so many bytes. */
  begun?(size: number): void
  progress?(sent: number): void
  /** All is sent; the server unpacks it, and says nothing until it is done. */
  sent?(chunks: number): void
}

/**
 * Gives the archive of a backup to the server (STREAM.RESTORE of the JetStream API), which makes a stream of it. Each chunk is
 * acknowledged, so that no more than a window of them is in memory. An archive that is cut off or has changed is refused before
 * its end is told to the server, which then makes nothing of it.
 *
 * @throws ApiError when the server refuses; CliError for a bad archive (1), a connection lost (5), or no progress for `--timeout` (6)
 */
export async function restoreStream(
  api: JetStreamApi,
  folder: string,
  {config, state, archive}: Description,
  hooks: RestoreHooks = {},
): Promise<StreamInfo> {
  const file = await open(archivePath(folder), 'r')
  try {
    const {size} = await file.stat()
    if (archive && archive.size !== size)
      throw new CliError(`the archive in ${folder} has ${size} bytes, and had ${archive.size} when it was made`)
    const {deliver_subject} = await api.request(`STREAM.RESTORE.${config.name}`, {config, state})
    if (typeof deliver_subject !== 'string') throw new CliError('the server does not say where to send the archive to')
    hooks.begun?.(size)
    const outgoing = new Outgoing(api, deliver_subject, config.name, hooks)
    try {
      const answer = await Promise.race([outgoing.send(file, size, archive, state.last_seq), outgoing.failed])
      return readStreamInfo(answer)
    } finally {
      outgoing.stop()
    }
  } finally {
    await file.close()
  }
}

/** The sending of one archive. */
class Outgoing {
  /** Rejects when sending cannot go on. */
  readonly failed: Promise<never>
  private readonly api: JetStreamApi
  private readonly subject: string
  private readonly stream: string
  private readonly hooks: RestoreHooks
  private readonly inbox: string
  private readonly ending: (() => void)[] = []
  private fail!: (error: Error) => void
  private onAck = () => {}
  private onAnswer: ((answer: Json) => void) | undefined
  private readonly unused: Buffer[] = []
  private readonly open: Buffer[] = []
  private chunks = 0
  private timer: NodeJS.Timeout | undefined

  constructor(api: JetStreamApi, subject: string, stream: string, hooks: RestoreHooks) {
    this.api = api
    this.subject = subject
    this.stream = stream
    this.hooks = hooks
    this.failed = new Promise((_, reject) => {
      this.fail = reject
    })
    this.failed.catch(() => {})
    const {connection} = api
    this.inbox = createInbox(inboxPrefix(connection))
    const subscription = connection.subscribe(this.inbox, {callback: (error, msg) => this.take(error, msg)})
    const lost = () =>
      this.fail(
        new CliError(`the connection was lost while ${stream} was restored`, {
          exitCode: ExitCode.Unreachable,
          hint: `see with \`nats stream info ${stream}\` whether it is there; if it is not, restore it again`,
        }),
      )
    this.ending.push(() => subscription.unsubscribe(), watchLife(connection, {lost, closed: lost}))
  }

  stop(): void {
    for (const end of this.ending) end()
    clearTimeout(this.timer)
  }

  async send(file: FileHandle, size: number, mark: Description['archive'], lastSequence: number): Promise<Json> {
    const {api} = this
    const meter = new ArchiveMeter()
    const chunkSize = Math.min(CHUNK_BYTES, api.connection.info?.max_payload ?? CHUNK_BYTES)
    this.timer = setTimeout(() => this.stalled(), api.timeout)
    while (meter.size < size) {
      if (this.open.length === WINDOW) await new Promise<void>((resolve) => (this.onAck = resolve))
      const buffer = this.unused.pop() ?? Buffer.allocUnsafeSlow(chunkSize)
      const {bytesRead} = await file.read(buffer, 0, buffer.length, meter.size)
      if (bytesRead === 0) break
      const chunk = buffer.subarray(0, bytesRead)
      meter.update(chunk)
      this.open.push(buffer)
      this.chunks++
      api.connection.publish(this.subject, chunk, {reply: this.inbox})
      this.hooks.progress?.(meter.size)
    }
    const {digest} = meter.end()
    if (mark && mark.digest !== digest)
      throw new CliError('the archive has changed since it was made: its digest differs')
    while (this.open.length > 0) await new Promise<void>((resolve) => (this.onAck = resolve))
    clearTimeout(this.timer)
    this.hooks.sent?.(this.chunks)
    return this.finish(lastSequence)
  }

  private stalled(): void {
    const message = `the server took nothing of the archive for ${duration(this.api.timeout)}`
    this.fail(new CliError(message, {exitCode: ExitCode.Timeout, hint: 'raise --timeout to wait longer'}))
  }

  /** Acknowledgements of chunks are empty and come in their order; anything else is the final answer. */
  private take(error: Error | null, msg: Msg): void {
    this.timer?.refresh()
    try {
      if (error) throw error
      if (msg.data.length > 0) this.onAnswer?.(readAnswer(msg))
      else if (this.open.length > 0) this.unused.push(this.open.shift()!)
      this.onAck()
    } catch (thrown) {
      this.fail(thrown as Error)
    }
  }

  /** The end of the archive is an empty message. Unpacking it takes as long as it takes: meanwhile the server only must be alive. */
  private async finish(lastSequence: number): Promise<Json> {
    const {api, stream} = this
    let missed = 0
    const look = async () => {
      try {
        const info = await streamInfo(api, stream)
        // It is there, and the answer that should say so is late or lost.
        if (info.state.last_seq >= lastSequence) setTimeout(() => this.onAnswer?.(info), api.timeout)
        missed = 0
      } catch (error) {
        missed = error instanceof ApiError ? 0 : missed + 1
        if (missed === PATIENCE) this.fail(error as Error)
      }
    }
    const watch = setInterval(look, api.timeout)
    this.ending.push(() => clearInterval(watch))
    const answer = new Promise<Json>((resolve) => {
      this.onAnswer = resolve
    })
    api.connection.publish(this.subject, '', {reply: this.inbox})
    return answer
  }
}

/** @throws ApiError for a refusal; CliError for what is no JSON: `-ERR 'storage failure during restore'` */
function readAnswer(msg: Msg): Json {
  const text = msg.string()
  if (!text.startsWith('{')) throw new CliError(`the server broke off: ${text.replace(/^-ERR /, '')}`)
  const answer = msg.json<Json>()
  if (isObject(answer.error)) throw new ApiError(answer.error)
  return answer
}
