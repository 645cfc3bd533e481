import {setTimeout as delay} from 'node:timers/promises'
import {createInbox, type Subscription} from '@nats-io/nats-core'
import {CliError, ExitCode, NotFoundError} from '../../errors.ts'
import type {Frame} from '../../wire/scanner.ts'
import {inboxPrefix, type Listener, type Tap, tap} from '../../wire/wire.ts'
import type {JetStreamApi} from '../api.ts'
import {ApiError, isNotFound} from '../api-error.ts'
import {watchLife} from '../life.ts'
import {createConsumer, HEARTBEAT_MS, isQueueRefusal, type ReadConsumer, removeConsumer} from './consumer.ts'
import {Delivery} from './delivery.ts'
import {isBehind, reachedEnd, type Sink, type Slice} from './slice.ts'
import {walk} from './walk.ts'

/** So many heartbeats missed, and the consumer counts as gone. */
const MISSED_HEARTBEATS = 2
/** How long a stream may be out of reach before reading gives up; with `follow` it never does. */
const GIVE_UP_MS = 60_000
const RETRY_MS = 250
/** How long the answer that tells of a consumer is waited for when it is to go. */
const RELEASE_MS = 300

type Consumer = {subscription: Subscription; created: Promise<ReadConsumer>}

/**
 * Reads streams in order, without a gap and without a repetition, whatever happens to connection, servers and leaders meanwhile.
 * An ordered consumer (ADR-17) sends the messages under flow control; it numbers what it sends, so that a gap is seen at once.
 * When there is one, when it falls silent or when the connection was renewed, a new consumer goes on at the next sequence.
 */
export class StreamReader implements Listener {
  private readonly api: JetStreamApi
  private readonly warn: (text: string) => void
  private readonly tap: Tap
  private readonly delivery = new Delivery()
  private slice!: Slice
  private sink!: Sink
  private over = true
  private finish!: () => void
  private fail!: (thrown: unknown) => void
  private consumer: Consumer | undefined
  private sid = -1
  private delivered = 0
  /** Sequence of the newest message told. */
  private position = 0
  private silence = 0
  private connected = true
  private paused = false
  private recovering = false
  private checking = false

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
        this.recover('the connection was renewed')
      },
      closed: () => this.fail?.(new CliError('the connection was closed', {exitCode: ExitCode.Unreachable})),
    })
  }

  /**
   * Tells the messages of the slice to the sink. Resolves at the end of the slice, when the sink wants no more, or when
   * `interrupt` is aborted.
   *
   * @throws NotFoundError when there is no such stream, or it is deleted meanwhile; CliError when it was out of reach for long
   */
  async read(slice: Slice, sink: Sink, interrupt?: AbortSignal): Promise<void> {
    Object.assign(this, {slice, sink, over: false, position: 0, recovering: false})
    const over = new Promise<void>((resolve, reject) => {
      this.finish = () => {
        this.over = true
        resolve()
      }
      this.fail = (thrown) => {
        this.over = true
        reject(thrown)
      }
    })
    interrupt?.addEventListener('abort', this.finish)
    const watchdog = setInterval(() => this.watch(), HEARTBEAT_MS)
    try {
      if (!interrupt?.aborted) await Promise.race([this.begin(), over])
      if (!interrupt?.aborted) await over
    } catch (error) {
      if (!isQueueRefusal(error) || 'lastPerSubject' in slice.start) throw error
      await Promise.race([walk(this.api, slice, sink, interrupt), over])
    } finally {
      this.over = true
      clearInterval(watchdog)
      interrupt?.removeEventListener('abort', this.finish)
      this.tap.resume()
      await this.release()
    }
  }

  /** Starts a consumer behind what was told already. */
  private async begin(): Promise<void> {
    const {api, slice, position} = this
    const inbox = createInbox(inboxPrefix(api.connection))
    // Messages go past the callback; a refusal by the server still comes there.
    const callback = (error: Error | null) => {
      if (error) this.fail(error)
    }
    const subscription = api.connection.subscribe(inbox, {callback})
    this.sid = subscription.getID()
    this.tap.add(this.sid)
    this.delivered = 0
    this.silence = 0
    // The last messages of each subject are no row that could be entered in the middle: what was told is passed over.
    const goesOn = position > 0 && !('lastPerSubject' in slice.start)
    const start = goesOn ? {sequence: position + 1} : slice.start
    const created = createConsumer(api, {...slice, start}, inbox)
    this.consumer = {subscription, created}
    const {pending} = await created
    if (pending === 0) await this.checkEnd()
  }

  /** Ends the consumer, if there is one. */
  private async release(): Promise<void> {
    const {consumer, api, slice} = this
    this.sid = -1
    this.consumer = undefined
    if (!consumer || api.connection.isClosed()) return
    consumer.subscription.unsubscribe()
    if (!this.connected) return
    // Messages can come, and be all, before the answer that tells of the consumer does.
    const unknown = {name: undefined}
    const late = delay(RELEASE_MS, unknown, {ref: false})
    const {name} = await Promise.race([consumer.created.catch(() => unknown), late])
    if (name) await removeConsumer(api, slice.stream, name)
  }

  message(frame: Frame): void {
    const {delivery, slice, over} = this
    if (over || frame.sid !== this.sid) return
    if (!delivery.read(frame)) this.status(frame)
    else if (delivery.consumerSequence !== this.delivered + 1) this.recover('messages were lost on the way')
    else {
      this.delivered++
      const isNew = delivery.sequence > this.position
      if (isBehind(slice, delivery) || (isNew && this.tell(frame)) || delivery.sequence === slice.end) this.finish()
      else if (delivery.pending === 0) this.checkEnd().catch(this.fail)
    }
  }

  private tell(frame: Frame): boolean {
    this.position = this.delivery.sequence
    return this.sink.message(frame, this.delivery)
  }

  /** Flow control and heartbeats (ADR-9), or the end of the consumer. */
  private status(frame: Frame): void {
    const text = frame.headers.toString('latin1')
    const sent = Number(/^Nats-Last-Consumer: *(\d+)/im.exec(text)?.[1] ?? 0)
    const [, stalled] = /^Nats-Consumer-Stalled: *(\S+)/im.exec(text) ?? []
    const request = frame.reply || stalled
    if (request) this.api.connection.publish(request)
    if (!text.startsWith('NATS/1.0 100')) this.recover(text.slice(9, text.indexOf('\r\n')).toLowerCase())
    else if (sent > this.delivered) this.recover('messages were lost on the way')
    else if (!frame.reply) this.checkEnd().catch(this.fail)
  }

  chunk(): void {
    if (this.over) return
    this.silence = 0
    this.sink.chunk?.()
    const {busy} = this.sink
    if (!busy || this.paused) return
    this.paused = true
    this.tap.pause()
    busy.then(() => {
      this.paused = false
      this.silence = 0
      this.tap.resume()
    }, this.fail)
  }

  error(thrown: unknown): void {
    this.fail?.(thrown)
  }

  /** The consumer sends nothing more for now: is that all? Its server may be behind the leader, so that one is asked. */
  private async checkEnd(): Promise<void> {
    if (this.checking || this.over || this.slice.end === undefined) return
    this.checking = true
    try {
      const {position} = this
      const done = await reachedEnd(this.api, this.slice, position).catch((error) => {
        if (isNotFound(error)) throw error
        // Out of reach for now: the next heartbeat asks again, or there is none.
        return false
      })
      if (done && position === this.position) this.finish()
    } finally {
      this.checking = false
    }
  }

  private watch(): void {
    if (!this.connected || this.paused || this.recovering || this.over) return
    if (++this.silence > MISSED_HEARTBEATS) this.recover('the consumer has fallen silent')
  }

  /** Goes on with a new consumer, as soon as there can be one. */
  private recover(reason: string): void {
    if (this.recovering || this.over) return
    this.recovering = true
    this.warn(`Reading goes on after sequence ${this.position}: ${reason}`)
    this.restart(performance.now() + GIVE_UP_MS)
      .catch(this.fail)
      .finally(() => {
        this.recovering = false
      })
  }

  private async restart(giveUp: number): Promise<void> {
    while (!this.over) {
      try {
        await this.release()
        return await this.begin()
      } catch (error) {
        if (isNotFound(error))
          throw new NotFoundError(
            `the stream ${this.slice.stream} is gone, it was deleted while it was read`,
            `everything up to sequence ${this.position} was read`,
          )
        const ended = this.slice.end !== undefined && performance.now() > giveUp
        if (ended || (error instanceof ApiError && error.exitCode === ExitCode.Auth)) throw error
        await delay(RETRY_MS)
      }
    }
  }
}
