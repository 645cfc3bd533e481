import type {NatsConnection, Subscription} from '@nats-io/nats-core'
import {CliError, ExitCode} from '../errors.ts'
import {duration} from '../output/human.ts'
import type {Frame} from '../wire/scanner.ts'
import {type Listener, type Tap, tap} from '../wire/wire.ts'
import {matcher} from './subject.ts'
import type {FromStream} from './writers.ts'

/** How long messages that are on their way are waited for after an interruption. */
const DRAIN_MS = 400
/** Requests whose reply did not come are forgotten, the oldest first, beyond so many. */
const OPEN_REQUESTS = 100_000
/** A connection that ends so soon after receiving was held up ends because of it. */
const SLOW_MS = 1000

export type Plan = {
  subjects: string[]
  queue?: string
  /** Subjects, wildcards allowed, that do not count as received. */
  ignore: string[]
  /** End after so many messages; 0 for never. */
  count: number
  /** End after so many milliseconds without a message. */
  wait?: number
  /** Where replies to the received requests are listened for: `_INBOX.>`. */
  replies?: string
}

/** Where received messages go. */
export interface Sink {
  /** A subscription was made; the frames of its messages have this id. */
  subscribed?(id: number, subject: string): void
  /**
   * A message: the number-th, or the reply to the number-th. Frame and `from`, where it lies in a stream, are valid only
   * during the call.
   */
  message(frame: Frame, number: number, isReply: boolean, from?: FromStream): void
  /** All that came with one read from the socket has been told. */
  chunk?(): void
  /** Says to wait before more is received, and until when. */
  readonly busy?: Promise<void> | undefined
  /** Resolves when what came has been dealt with; undefined when it has by now. */
  readonly working?: Promise<void> | undefined
  /** No message comes any more; resolves when what came has been dealt with. */
  end(interrupted: boolean): Promise<void>
}

export type Hooks = {
  /** All subscriptions stand at the server. */
  ready(): unknown
  warn(text: string): void
}

/** Subscribes and hands what comes to the sink until the plan, an interruption or a failure ends it. */
export class Reception implements Listener {
  private readonly plan: Plan
  private readonly sink: Sink
  private readonly hooks: Hooks
  private readonly ignored: ((subject: string) => boolean) | undefined
  private readonly openRequests = new Map<string, number>()
  private readonly over: Promise<void>
  private finish!: () => void
  private fail!: (thrown: unknown) => void
  private tap!: Tap
  private repliesId = -1
  private received = 0
  private seen = 0
  private lastMessage = performance.now()
  private paused = false
  private resumed = Number.NEGATIVE_INFINITY
  private closed = false

  constructor(plan: Plan, sink: Sink, hooks: Hooks) {
    this.plan = plan
    this.sink = sink
    this.hooks = hooks
    this.ignored = plan.ignore.length > 0 ? matcher(plan.ignore) : undefined
    this.over = new Promise((resolve, reject) => {
      this.finish = resolve
      this.fail = reject
    })
    this.over.catch(() => {})
  }

  async run(nc: NatsConnection, interrupt: AbortSignal): Promise<void> {
    this.tap = tap(nc, this)
    const subscriptions = this.subscribe(nc)
    interrupt.addEventListener('abort', this.finish)
    nc.closed().then((error) =>
      this.fail(error ?? new CliError('the connection was closed', {exitCode: ExitCode.Unreachable})),
    )
    const outages = this.watch(nc)
    try {
      await Promise.race([nc.flush(), this.over])
      this.lastMessage = performance.now()
      this.hooks.ready()
      if (this.plan.wait) this.endAfterSilence(this.plan.wait)
      if (interrupt.aborted) this.finish()
      await this.over
      if (interrupt.aborted) await settled(subscriptions.map((subscription) => subscription.drain()))
    } finally {
      this.closed = true
      this.tap.resume()
      for (const subscription of subscriptions) if (!subscription.isClosed()) subscription.unsubscribe()
    }
    await this.sink.end(interrupt.aborted)
    const lost = outages()
    if (lost) this.hooks.warn(lost)
  }

  private subscribe(nc: NatsConnection): Subscription[] {
    const {subjects, queue, count, replies} = this.plan
    // Messages go past the callback; a refusal by the server still comes there.
    const callback = (error: Error | null) => {
      if (error) this.fail(error)
    }
    // The server then sends no more than wanted, which matters to the other members of a queue group.
    const max = count > 0 && !this.ignored ? count : undefined
    const subscriptions = subjects.map((subject) => {
      const subscription = nc.subscribe(subject, {queue, max, callback})
      this.sink.subscribed?.(subscription.getID(), subject)
      return subscription
    })
    if (replies) {
      subscriptions.push(nc.subscribe(replies, {callback}))
      this.repliesId = subscriptions.at(-1)!.getID()
    }
    for (const subscription of subscriptions) this.tap.add(subscription.getID())
    return subscriptions
  }

  message(frame: Frame): void {
    if (this.closed) return
    if (frame.sid === this.repliesId) this.reply(frame)
    else this.request(frame)
  }

  private request(frame: Frame): void {
    const {count} = this.plan
    if ((count > 0 && this.received >= count) || this.ignored?.(frame.subject)) return
    this.received++
    if (this.repliesId >= 0 && frame.replyEnd > frame.replyStart) this.expectReply(frame.reply)
    this.sink.message(frame, this.received, false)
    this.endAtCount()
  }

  private expectReply(subject: string): void {
    this.openRequests.set(subject, this.received)
    if (this.openRequests.size > OPEN_REQUESTS) this.openRequests.delete(this.openRequests.keys().next().value!)
  }

  private reply(frame: Frame): void {
    const {subject} = frame
    const request = this.openRequests.get(subject)
    if (request === undefined) return
    this.openRequests.delete(subject)
    this.sink.message(frame, request, true)
    this.endAtCount()
  }

  private endAtCount(): void {
    if (this.plan.count > 0 && this.received >= this.plan.count && this.openRequests.size === 0) this.finish()
  }

  chunk(): void {
    if (this.closed) return
    if (this.received !== this.seen) {
      this.seen = this.received
      this.lastMessage = performance.now()
    }
    this.sink.chunk?.()
    const {busy} = this.sink
    if (busy && !this.paused) {
      this.paused = true
      this.tap.pause()
      busy.then(() => {
        this.paused = false
        this.resumed = performance.now()
        this.lastMessage = this.resumed
        this.tap.resume()
      }, this.fail)
    }
  }

  error(thrown: unknown): void {
    this.fail(thrown)
  }

  private endAfterSilence(wait: number): void {
    // While the reader of the output holds things up, silence says nothing.
    const left = this.paused ? wait : this.lastMessage + wait - performance.now()
    if (left <= 0) this.finish()
    else setTimeout(() => this.endAfterSilence(wait), Math.ceil(left))
  }

  /** Counts disconnections; the returned function tells about them, if there were any. */
  private watch(nc: NatsConnection): () => string | undefined {
    let times = 0
    let slow = 0
    let total = 0
    let since = 0
    const listen = async () => {
      for await (const {type} of nc.status()) {
        if (type === 'disconnect' && !this.closed) {
          times++
          since = performance.now()
          // The server keeps a limited amount for a connection that does not read, and then ends it without a word.
          if (!this.paused && since - this.resumed > SLOW_MS) continue
          slow++
          this.hooks.warn('The output is taken too slowly: the server ended the connection, and messages are lost')
        }
        if (type === 'reconnect') total += performance.now() - since
      }
    }
    listen().catch(this.fail)
    return () => {
      if (times === 0) return undefined
      const reason = slow > 0 ? ` (${often(slow)} because the output was taken too slowly)` : ''
      return `The connection was lost ${often(times)}${reason}, for ${duration(total)} in all: messages of that time are missing`
    }
  }
}

const often = (times: number) => (times === 1 ? 'once' : `${times} times`)

/** Resolves when all have been settled, or time is up. */
async function settled(promises: Promise<unknown>[]): Promise<void> {
  const limit = new Promise((resolve) => setTimeout(resolve, DRAIN_MS))
  await Promise.race([Promise.allSettled(promises), limit])
}
