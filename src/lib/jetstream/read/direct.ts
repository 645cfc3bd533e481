import {setTimeout as delay} from 'node:timers/promises'
import {createInbox, type Subscription} from '@nats-io/nats-core'
import {CliError, ExitCode, NotFoundError} from '../../errors.ts'
import type {Frame} from '../../wire/scanner.ts'
import {inboxPrefix, type Listener, type Tap, tap} from '../../wire/wire.ts'
import {isObject, type JetStreamApi} from '../api.ts'
import {isNotFound} from '../api-error.ts'
import {watchLife} from '../life.ts'
import type {Delivered} from './delivery.ts'
import {type DirectMessage, readDirectMessage} from './direct-message.ts'
import {isBehind, reachedEnd, type Slice} from './slice.ts'

const BATCH = 1000
/** Bytes of one batch, beside one message of any size: what may wait in memory. */
const BYTES = 4 * 1024 * 1024
/** How often the stream is asked for more when it has nothing new. */
const POLL_MS = 250
const RETRY_MS = 250
/** An answer that takes longer is not coming. */
const SILENCE_MS = 2000
/** How long a stream may be out of reach before reading a part of it gives up. */
const GIVE_UP_MS = 60_000

export interface DirectSink {
  /** Returns true when it wants no more. */
  message(frame: Frame, delivered: Delivered): boolean
  /** All that came with one read from the socket has been told. */
  chunk(): void
  /** Says to wait before more is asked for, and until when. */
  readonly busy?: Promise<void> | undefined
}

/** How a batch ended: with more to come, with all there is, or before its end. */
type Outcome = 'more' | 'all' | {lost: string}

/**
 * Reads streams without a consumer, by batched direct gets (ADR-31), which any replica of the stream answers. Each batch begins
 * behind what was told already, so that nothing is left out or repeated whatever happens to the connection meanwhile.
 */
export class DirectReader implements Listener {
  private readonly api: JetStreamApi
  private readonly warn: (text: string) => void
  private readonly tap: Tap
  private slice!: Slice
  private sink!: DirectSink
  private over = true
  private subscription!: Subscription
  private inbox = ''
  private requests = 0
  /** Sequence of the newest message told, and of the newest one of this batch. */
  private position = 0
  private previous = 0
  private heard = 0
  private connected = true
  private failingSince: number | undefined
  private end: (outcome: Outcome) => void = () => {}
  private fail: (thrown: unknown) => void = () => {}

  /** @param warn told when reading had to begin anew somewhere */
  constructor(api: JetStreamApi, warn: (text: string) => void) {
    this.api = api
    this.warn = warn
    this.tap = tap(api.connection, this)
    watchLife(api.connection, {
      lost: () => {
        this.connected = false
      },
      renewed: () => {
        this.connected = true
        this.end({lost: 'the connection was renewed'})
      },
      closed: () => this.fail(new CliError('the connection was closed', {exitCode: ExitCode.Unreachable})),
    })
  }

  /**
   * Tells the messages of the slice, which has one subject or none, to the sink. Resolves at the end of the slice, when the
   * sink wants no more, or when `interrupt` is aborted.
   *
   * @throws NotFoundError when there is no such stream any more; CliError when it does not allow direct gets
   */
  async read(slice: Slice, sink: DirectSink, interrupt: AbortSignal): Promise<void> {
    Object.assign(this, {slice, sink, over: interrupt.aborted, position: 0, failingSince: undefined})
    this.inbox = createInbox(inboxPrefix(this.api.connection))
    const ended = new Promise<void>((resolve, reject) => {
      interrupt.addEventListener('abort', () => resolve())
      this.fail = reject
    })
    // Messages go past the callback; a refusal by the server still comes there.
    const callback = (error: Error | null) => {
      if (error) this.fail(error)
    }
    this.subscription = this.api.connection.subscribe(`${this.inbox}.*`, {callback})
    this.tap.add(this.subscription.getID())
    const watchdog = setInterval(() => {
      if (this.connected && performance.now() - this.heard > SILENCE_MS) this.end({lost: 'the stream does not answer'})
    }, RETRY_MS)
    try {
      await Promise.race([this.readAll(), ended])
    } finally {
      this.over = true
      clearInterval(watchdog)
      if (!this.api.connection.isClosed()) this.subscription.unsubscribe()
    }
  }

  private async readAll(): Promise<void> {
    while (!this.over) {
      const outcome = await this.readBatch()
      await this.sink.busy
      if (this.over) return
      if (typeof outcome === 'object') await this.retry(outcome.lost)
      else if (outcome === 'all') {
        if (await this.isEnd()) return
        await delay(POLL_MS)
      }
    }
  }

  private readBatch(): Promise<Outcome> {
    const {api, slice, position} = this
    const {start, subjects, end, stream} = slice
    const latest = 'lastPerSubject' in start
    // A limit of 0 would be none to the server.
    const filter = latest
      ? {multi_last: subjects.length > 0 ? subjects : ['>'], up_to_seq: Math.max(1, end ?? 0)}
      : {next_by_subj: subjects[0] ?? '>'}
    const first =
      'time' in start ? {start_time: new Date(start.time).toISOString()} : {seq: latest ? 1 : start.sequence}
    const from = position > 0 ? {seq: position + 1} : first
    const size = {batch: BATCH, max_bytes: BYTES + api.connection.info!.max_payload}
    this.previous = 0
    this.heard = performance.now()
    return new Promise((resolve) => {
      this.end = resolve
      const reply = `${this.inbox}.${++this.requests}`
      api.connection.publish(`${api.prefix}.DIRECT.GET.${stream}`, JSON.stringify({...from, ...filter, ...size}), {
        reply,
      })
    })
  }

  message(frame: Frame): void {
    // What an earlier request still brings was asked for again.
    if (this.over || frame.subject !== `${this.inbox}.${this.requests}`) return
    this.heard = performance.now()
    const answer = readDirectMessage(frame)
    if (!answer) this.status(frame.headers.toString('latin1'))
    else if (answer.previous !== this.previous) this.lose()
    else {
      const {delivered} = answer
      this.previous = delivered.sequence
      this.failingSince = undefined
      if (isBehind(this.slice, delivered) || this.tell(answer)) this.finish()
    }
  }

  private tell({frame, delivered}: DirectMessage): boolean {
    this.position = delivered.sequence
    return this.sink.message(frame, delivered)
  }

  private lose(): void {
    // Whatever else comes of this batch comes again.
    this.requests++
    this.end({lost: 'messages were lost on the way'})
  }

  chunk(): void {
    if (!this.over) this.sink.chunk()
  }

  error(thrown: unknown): void {
    this.fail(thrown)
  }

  private finish(): void {
    this.over = true
    this.end('all')
  }

  private status(text: string): void {
    const [, code = '', description = ''] = /^NATS\/1\.0 (\d{3}) *(.*)/.exec(text) ?? []
    const pending = Number(/^Nats-Num-Pending: *(\d+)/m.exec(text)?.[1] ?? 0)
    const {stream} = this.slice
    if (code === '204') this.end(pending > 0 ? 'more' : 'all')
    else if (code === '404') this.end('all')
    else if (code === '503') this.end({lost: 'the stream is out of reach'})
    else if (code === '413')
      this.fail(
        new CliError(`stream ${stream} has too many subjects for --direct: ${description}`, {
          hint: 'leave out --direct',
        }),
      )
    else this.fail(new CliError(`stream ${stream} refuses a direct get: ${description || text} (${code})`))
  }

  /** The replica that answered may be behind the leader, so that one is asked. */
  private async isEnd(): Promise<boolean> {
    const {api, slice, position} = this
    if (slice.end === undefined) return false
    if (position >= slice.end) return true
    return reachedEnd(api, slice, position).catch((error) => {
      if (isNotFound(error)) throw this.gone()
      return false
    })
  }

  /** Asks again in a moment, where there is hope. */
  private async retry(reason: string): Promise<void> {
    const {api, slice, position} = this
    const isNew = this.failingSince === undefined
    this.failingSince ??= performance.now()
    const info = await api.request(`STREAM.INFO.${slice.stream}`).catch((error) => {
      if (isNotFound(error)) throw this.gone()
      if (slice.end !== undefined && performance.now() - this.failingSince! > GIVE_UP_MS) throw error
      return undefined
    })
    if (isObject(info?.config) && !info.config.allow_direct)
      throw new CliError(`stream ${slice.stream} does not allow direct gets`, {
        hint: `leave out --direct, or allow them: nats stream edit ${slice.stream} --allow-direct`,
      })
    if (isNew) this.warn(`Reading goes on after sequence ${position}: ${reason}`)
    await delay(RETRY_MS)
  }

  private gone(): NotFoundError {
    const {slice, position} = this
    return new NotFoundError(
      `the stream ${slice.stream} is gone, it was deleted while it was read`,
      `everything up to sequence ${position} was read`,
    )
  }
}
