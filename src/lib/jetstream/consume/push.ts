import type {Subscription} from '@nats-io/nats-core'
import {NotFoundError} from '../../errors.ts'
import type {Frame} from '../../wire/scanner.ts'
import {type Listener, tap} from '../../wire/wire.ts'
import type {JetStreamApi} from '../api.ts'
import {isNotFound} from '../api-error.ts'
import type {ConsumerInfo} from '../consumer-info.ts'
import {consumerInfo} from '../consumers.ts'
import {watchLife} from '../life.ts'
import {Delivery} from '../read/delivery.ts'
import type {Taker} from './pull.ts'

/** Without a sign of life for so long, the server is asked whether the consumer is still there. */
const SILENCE_MS = 2000

/**
 * Receives what a push consumer sends to its subject, until it is told to stop. Answers its flow control (ADR-9) once
 * what was sent before has been taken.
 */
export class Push implements Listener {
  private readonly api: JetStreamApi
  private readonly info: ConsumerInfo
  private readonly taker: Taker
  private readonly delivery = new Delivery()
  private readonly subscription: Subscription
  private readonly sid: number
  private heard = performance.now()
  private toldNews = false
  private flow: string[] = []
  private fail: (thrown: unknown) => void = () => {}
  private readonly failed = new Promise<never>((_, reject) => {
    this.fail = reject
  })

  /** @param group queue group to share what is sent with; the consumer's own without it */
  constructor(api: JetStreamApi, info: ConsumerInfo, taker: Taker, group = info.config.deliver_group) {
    this.api = api
    this.info = info
    this.taker = taker
    this.failed.catch(() => {})
    const callback = (error: Error | null) => {
      if (error) this.fail(error)
    }
    this.subscription = api.connection.subscribe(info.config.deliver_subject!, {callback, queue: group || undefined})
    this.sid = this.subscription.getID()
    tap(api.connection, this).add(this.sid)
  }

  /**
   * Resolves when `interrupt` is aborted.
   *
   * @throws NotFoundError when the consumer is deleted meanwhile
   */
  async run(interrupt: AbortSignal): Promise<void> {
    const stop = watchLife(this.api.connection, {renewed: () => this.taker.renewed()})
    const watchdog = setInterval(() => this.check().catch(this.fail), SILENCE_MS / 5)
    const interrupted = new Promise<void>((resolve) => {
      if (interrupt.aborted) resolve()
      interrupt.addEventListener('abort', () => resolve())
    })
    try {
      await Promise.race([interrupted, this.failed])
    } finally {
      clearInterval(watchdog)
      stop()
      if (!this.api.connection.isClosed()) this.subscription.unsubscribe()
    }
  }

  message(frame: Frame): void {
    if (frame.sid !== this.sid) return
    this.heard = performance.now()
    if (this.delivery.read(frame)) {
      this.toldNews = true
      this.taker.message(frame, this.delivery)
      return
    }
    const [, stalled] = /^Nats-Consumer-Stalled: *(\S+)/im.exec(frame.headers.toString('latin1')) ?? []
    const request = frame.reply || stalled
    if (request) this.flow.push(request)
  }

  chunk(): void {
    const {flow, toldNews} = this
    this.flow = []
    this.toldNews = false
    const answer = () => {
      for (const request of flow) this.api.connection.publish(request)
    }
    const taking = toldNews ? this.taker.chunk() : undefined
    if (taking) taking.then(answer).catch(this.fail)
    else answer()
  }

  error(thrown: unknown): void {
    this.fail(thrown)
  }

  private async check(): Promise<void> {
    if (performance.now() - this.heard < SILENCE_MS) return
    this.heard = performance.now()
    const {stream_name: stream, name} = this.info
    try {
      await consumerInfo(this.api, stream, name)
    } catch (error) {
      // That nobody answers passes; nats.js renews the subscription with the connection.
      if (isNotFound(error)) throw new NotFoundError(`consumer ${stream} > ${name} was deleted`)
    }
  }
}
