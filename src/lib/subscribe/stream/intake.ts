import type {Delivered} from '../../jetstream/read/delivery.ts'
import type {Frame} from '../../wire/scanner.ts'
import type {Sink} from '../receive.ts'
import {matcher} from '../subject.ts'
import type {FromStream, Origin} from '../writers.ts'

export type IntakePlan = {
  /** What is subscribed to, for the reports. */
  subjects: string[]
  /** Subjects, wildcards allowed, that do not count as received. */
  ignore: string[]
  /** Enough after so many messages; 0 for never. */
  count: number
  /** Over after so many milliseconds without a message. */
  wait?: number
}

/** Takes in what comes from a stream, by whatever way it comes, and hands it to the sink until it is enough. */
export class Intake {
  private readonly plan: IntakePlan
  private readonly sink: Sink
  private readonly interrupt: AbortSignal
  private readonly over = new AbortController()
  private readonly ignored: ((subject: string) => boolean) | undefined
  private readonly subscriptions: ((subject: string) => boolean)[]
  private readonly from: FromStream
  received = 0
  private seen = 0
  private lastMessage = 0
  private silence: NodeJS.Timeout | undefined

  constructor(plan: IntakePlan, origin: Origin, sink: Sink, interrupt: AbortSignal) {
    this.plan = plan
    this.sink = sink
    this.interrupt = interrupt
    this.ignored = plan.ignore.length > 0 ? matcher(plan.ignore) : undefined
    this.from = {origin, delivered: {sequence: 0, pending: 0, time: 0}}
    for (const [id, subject] of plan.subjects.entries()) sink.subscribed?.(id, subject)
    const several = plan.subjects.length > 1 && sink.subscribed
    this.subscriptions = several ? plan.subjects.map((subject) => matcher([subject])) : []
    interrupt.addEventListener('abort', () => this.finish())
    if (interrupt.aborted) this.finish()
  }

  /** Aborted when it is enough, when nothing came for too long, or by the user. */
  get signal(): AbortSignal {
    return this.over.signal
  }

  /** Nothing more is wanted. */
  finish(): void {
    clearTimeout(this.silence)
    this.over.abort()
  }

  /** From now on silence counts. */
  begin(): void {
    this.lastMessage = performance.now()
    if (this.plan.wait) this.endAfterSilence(this.plan.wait)
  }

  /** Takes a message in. True when that was enough. */
  message(frame: Frame, delivered: Delivered): boolean {
    if (this.signal.aborted) return true
    if (this.ignored?.(frame.subject)) return false
    // To the sink it comes by the subscription that it matches, not by that of the consumer, which changes.
    frame.sid = this.subscriptions.length > 0 ? this.subscriptions.findIndex((matches) => matches(frame.subject)) : 0
    this.from.delivered = delivered
    this.received++
    this.sink.message(frame, this.received, false, this.from)
    if (this.received === this.plan.count) this.finish()
    return this.signal.aborted
  }

  chunk(): void {
    if (this.seen !== this.received) this.lastMessage = performance.now()
    this.seen = this.received
    this.sink.chunk?.()
  }

  get busy(): Promise<void> | undefined {
    return this.sink.busy
  }

  /** Resolves when what came has been dealt with, or as far as is needed before more may come. */
  get working(): Promise<void> | undefined {
    return this.sink.working ?? this.sink.busy
  }

  /** Resolves when all that was taken in has been dealt with. */
  async end(): Promise<void> {
    this.finish()
    await this.sink.end(this.interrupt.aborted)
  }

  private endAfterSilence(wait: number): void {
    // While the reader of the output holds things up, silence says nothing.
    const left = this.working ? wait : this.lastMessage + wait - performance.now()
    if (left <= 0) this.finish()
    else this.silence = setTimeout(() => this.endAfterSilence(wait), Math.ceil(left))
  }
}
