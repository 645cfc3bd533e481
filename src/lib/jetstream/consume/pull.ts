import {setTimeout as delay} from 'node:timers/promises'
import {createInbox, type Subscription} from '@nats-io/nats-core'
import {CliError, ExitCode, NotFoundError} from '../../errors.ts'
import {number} from '../../output/human.ts'
import type {Frame} from '../../wire/scanner.ts'
import {inboxPrefix, type Listener, type Tap, tap} from '../../wire/wire.ts'
import type {JetStreamApi} from '../api.ts'
import {isNotFound} from '../api-error.ts'
import type {ConsumerInfo} from '../consumer-info.ts'
import {consumerInfo} from '../consumers.ts'
import {watchLife} from '../life.ts'
import {Delivery} from '../read/delivery.ts'
import {Patience} from './patience.ts'
import {pullRequest} from './request.ts'
import {readStatus, type Status} from './status.ts'
import {lateError} from './timeout.ts'

const RETRY_MS = 250
const LOOK_UP_MS = 1000
/** A request that ended so shortly before its time was over has had its time. */
const NEAR_MS = 50

/** Where the messages go. Frame and delivery are valid during the call only. */
export interface Taker {
  message(frame: Frame, delivery: Delivery): void
  /** All that came with one read from the socket has been told. What is returned is awaited before more is asked for. */
  chunk(): Promise<void> | undefined
  /** The connection was lost, and is back. */
  renewed(): void
}

export type PullOptions = {
  /** Ends after so many messages. */
  count: number
  /** Ends when no message came for so long, in milliseconds. */
  timeout: number
  /** Ends when this is aborted. */
  interrupt?: AbortSignal
  /** Messages to ask for at a time, at most. */
  batch?: number
  warn: (text: string) => void
}

/**
 * Takes messages from a pull consumer: many with each request, one request after the other. A request that is lost (no
 * heartbeat, a new connection) is made again on an inbox of its own, so that messages of the old one cannot come in between.
 */
export class Pull implements Listener {
  /** Messages taken so far. */
  received = 0
  private readonly api: JetStreamApi
  private readonly info: ConsumerInfo
  private readonly taker: Taker
  private readonly options: PullOptions
  private readonly tap: Tap
  private readonly delivery = new Delivery()
  private readonly patience: Patience
  private subscription: Subscription | undefined
  private sid = -1
  private inbox = ''
  private requests = 0
  /** Messages that the request under way may still bring. */
  private expected = 0
  /** Whether anything for us is in the chunk that is being told, and whether that is a message. */
  private told: 'nothing' | 'status' | 'message' = 'nothing'
  /** Milliseconds without a sign of life after which the request must be lost, and when that will be. */
  private quiet = 0
  private silentAt = Infinity
  private connected = true
  private over = false
  private taking: Promise<void> | undefined
  private end: (how: Status | 'filled' | 'lost') => void = () => {}
  private fail: (thrown: unknown) => void = () => {}
  private readonly failed = new Promise<never>((_, reject) => {
    this.fail = reject
  })

  constructor(api: JetStreamApi, info: ConsumerInfo, taker: Taker, options: PullOptions) {
    this.api = api
    this.info = info
    this.taker = taker
    this.options = options
    this.patience = new Patience(options.timeout)
    this.tap = tap(api.connection, this)
    this.failed.catch(() => {})
  }

  /**
   * Resolves when all messages that were wanted have been taken, or `interrupt` is aborted.
   *
   * @throws CliError (6) when none came in time; NotFoundError when the consumer is deleted meanwhile; CliError when it
   *   refuses the requests, or the connection is lost for good
   */
  async run(): Promise<void> {
    const stop = watchLife(this.api.connection, {
      lost: () => {
        this.connected = false
        this.patience.silence()
      },
      renewed: () => {
        this.connected = true
        this.patience.contact()
        this.taker.renewed()
        this.end('lost')
      },
      closed: () => this.fail(new CliError('the connection was closed', {exitCode: ExitCode.Unreachable})),
    })
    const watchdog = setInterval(() => {
      if (this.connected && performance.now() > this.silentAt) this.end('lost')
    }, RETRY_MS)
    const {interrupt} = this.options
    const interrupted = new Promise<void>((resolve) => {
      if (interrupt?.aborted) resolve()
      interrupt?.addEventListener('abort', () => resolve())
    })
    try {
      await Promise.race([this.takeAll(), this.failed, interrupted])
    } finally {
      this.over = true
      clearInterval(watchdog)
      stop()
      this.sid = -1
      if (!this.api.connection.isClosed()) this.subscription?.unsubscribe()
    }
  }

  private async takeAll(): Promise<void> {
    this.subscribe()
    while (this.received < this.options.count && !this.over) {
      const how = await this.request()
      await this.taking
      if (this.received < this.options.count && !this.over) await this.react(how)
    }
  }

  private subscribe(): void {
    const {connection} = this.api
    this.subscription?.unsubscribe()
    this.inbox = createInbox(inboxPrefix(connection))
    // Messages go past the callback; a refusal by the server still comes there.
    const callback = (error: Error | null) => {
      if (error) this.fail(error)
    }
    this.subscription = connection.subscribe(`${this.inbox}.*`, {callback})
    this.sid = this.subscription.getID()
    this.tap.add(this.sid)
  }

  private request(): Promise<Status | 'filled' | 'lost'> {
    const {api, info, options} = this
    const wanted = Math.min(options.count - this.received, options.batch ?? Infinity)
    const {body, patience} = pullRequest(info.config, wanted, this.patience.left, api.connection.info!.max_payload)
    this.expected = body.batch
    this.silentAt = performance.now() + patience
    this.quiet = patience
    return new Promise((resolve) => {
      this.end = resolve
      const subject = `${api.prefix}.CONSUMER.MSG.NEXT.${info.stream_name}.${info.name}`
      api.connection.publish(subject, JSON.stringify(body), {reply: `${this.inbox}.${++this.requests}`})
    })
  }
  message(frame: Frame): void {
    if (frame.sid !== this.sid) return
    if (this.delivery.read(frame)) {
      this.told = 'message'
      this.expected--
      this.received++
      this.taker.message(frame, this.delivery)
      return
    }
    if (this.told === 'nothing') this.told = 'status'
    const status = readStatus(frame)
    // Late news of an earlier request are none.
    if (status && status.meaning !== 'alive' && frame.subject.endsWith(`.${this.requests}`)) this.end(status)
  }

  chunk(): void {
    const {told} = this
    if (told === 'nothing') return
    this.told = 'nothing'
    this.silentAt = performance.now() + this.quiet
    if (told === 'status') return
    this.patience.progress()
    this.taking = this.taker.chunk()
    this.taking?.catch(this.fail)
    if (this.expected === 0) this.end('filled')
  }

  error(thrown: unknown): void {
    this.fail(thrown)
  }

  /** After a request that did not bring all it asked for: may there be another one, and when? */
  private async react(how: Status | 'filled' | 'lost'): Promise<void> {
    if (how === 'filled') return
    if (how === 'lost') {
      this.subscribe()
      return this.retry('has fallen silent')
    }
    const {meaning, code, description} = how
    if (meaning === 'gone') throw this.gone()
    if (meaning === 'refused')
      throw new CliError(`consumer ${this.name} refuses: ${description} (${code})`, {exitCode: ExitCode.Failed})
    if (meaning === 'retry') return this.retry(code === 503 ? 'has no leader' : `says: ${description}`)
    this.patience.contact()
    if (this.patience.left <= NEAR_MS) throw await this.late()
  }

  /** Asks again in a moment, unless the consumer is not there any more, or it took too long already. */
  private async retry(reason: string): Promise<void> {
    if (this.patience.silence()) this.options.warn(`Consumer ${this.name} ${reason}; asking it again`)
    const info = await this.lookUp()
    if (info === 'gone') throw this.gone()
    if (this.patience.left <= NEAR_MS) throw await this.late()
    await delay(RETRY_MS)
  }

  /** The consumer as it is now, undefined where nobody tells. */
  private lookUp(): Promise<ConsumerInfo | 'gone' | undefined> {
    const {api, info} = this
    const timeout = Math.min(api.timeout, LOOK_UP_MS)
    return consumerInfo(api, info.stream_name, info.name, timeout).catch((error) => {
      return isNotFound(error) ? 'gone' : undefined
    })
  }

  private get name(): string {
    return `${this.info.stream_name} > ${this.info.name}`
  }

  private async late(): Promise<CliError> {
    const {received, options} = this
    const info = await this.lookUp()
    return info === 'gone' ? this.gone() : lateError({...options, received, info})
  }

  private gone(): NotFoundError {
    const {received, options} = this
    const all = options.count === Infinity ? '' : `of ${number(options.count)} `
    const so = received > 0 ? `; ${number(received)} ${all}messages came before that` : ''
    return new NotFoundError(`consumer ${this.name} was deleted${so}`)
  }
}
