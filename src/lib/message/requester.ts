import {createInbox, type NatsConnection} from '@nats-io/nats-core'
import {isRefusal} from '../connection/flush.ts'
import {CliError, ExitCode} from '../errors.ts'
import {duration, number} from '../output/human.ts'
import {inboxPrefix} from '../wire/wire.ts'
import {fromMsg, type Message} from './message.ts'
import {type Outgoing, sendable} from './outgoing.ts'

export type RequestOptions = {
  /** How many replies to wait for; 0 is all that come in time, or up to the empty one. */
  replies: number
  /** Whether a reply with an empty body ends the answer. */
  untilEmpty: boolean
  /** How long to wait in all, in milliseconds. */
  timeout: number
  /** How long to wait for the next reply after one came, in milliseconds. */
  gap?: number
}

export type Reply = {
  message: Message
  /** Milliseconds since the epoch when it came. */
  time: number
  /** Milliseconds from request to reply. */
  rtt: number
}

type Exchange = {started: number; replies: Reply[]; error?: Error; wake(): void}

/** Of setTimeout, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Sends requests, one after the other, and gathers the replies to each. */
export class Requester {
  private readonly nc: NatsConnection
  private readonly inbox: string
  private count = 0
  private current?: Exchange

  constructor(nc: NatsConnection) {
    this.nc = nc
    this.inbox = createInbox(inboxPrefix(nc))
    nc.subscribe(`${this.inbox}.*`, {
      callback: (error, msg) => {
        if (error) return this.fail(error)
        // A late reply to an earlier request is nobody's.
        if (!this.current || msg.subject !== this.replySubject) return
        const {started, replies, wake} = this.current
        replies.push({message: fromMsg(msg), time: Date.now(), rtt: performance.now() - started})
        wake()
      },
    })
  }

  /** Sends a request that no reply is waited for. */
  async send(request: Outgoing): Promise<void> {
    this.publish(request)
    await this.nc.flush()
  }

  /**
   * Sends a request and gives its replies as they come.
   *
   * @throws CliError with the exit code NoResponders, Timeout when no reply came, or Partial when fewer came than were wanted
   */
  async *request(request: Outgoing, options: RequestOptions): AsyncGenerator<Reply> {
    const {replies: wanted, untilEmpty, timeout, gap} = options
    let wake = () => {}
    const exchange: Exchange = {started: performance.now(), replies: [], wake: () => wake()}
    this.current = exchange
    this.publish(request)

    const end = exchange.started + timeout
    let deadline = end
    for (let received = 0; ; ) {
      const reply = exchange.replies.shift()
      if (reply) {
        if (isNoResponders(reply.message)) throw noResponders(request)
        received++
        yield reply
        if (received === wanted || (untilEmpty && reply.message.data.length === 0)) return
        if (gap !== undefined) deadline = Math.min(end, exchange.started + reply.rtt + gap)
        continue
      }
      if (exchange.error) throw exchange.error
      const left = deadline - performance.now()
      if (left <= 0) {
        if (received > 0 && wanted === 0 && !untilEmpty) return
        throw incomplete(request, options, received)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(Math.ceil(left), LONGEST_TIMER))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  private get replySubject(): string {
    return `${this.inbox}.${this.count}`
  }

  private publish(request: Outgoing): void {
    const headers = sendable(request, this.nc.info!.max_payload)
    this.count++
    this.nc.publish(request.subject, request.data, {reply: this.replySubject, headers})
    // Fails when the server refuses the request; when the connection is lost instead, a reply may still come.
    this.nc.flush().catch((error) => isRefusal(error) && this.fail(error))
  }

  private fail(error: Error): void {
    if (!this.current) return
    this.current.error ??= error
    this.current.wake()
  }
}

/** How a server says that nobody listens: status 503 and nothing else (ADR-4). */
function isNoResponders({data, headers}: Message): boolean {
  return data.length === 0 && headers?.[0]?.[0] === 'Status' && headers[0][1] === '503'
}

function noResponders({subject}: Outgoing): CliError {
  return new CliError(`No responders are available on "${subject}"`, {
    exitCode: ExitCode.NoResponders,
    hint: 'nothing subscribes to that subject, at least where this connection can reach it',
  })
}

function incomplete(
  {subject}: Outgoing,
  {replies, untilEmpty, timeout, gap}: RequestOptions,
  received: number,
): CliError {
  const hint = 'raise --timeout to wait longer'
  if (received === 0) {
    return new CliError(`no reply on "${subject}" within ${duration(timeout)}`, {exitCode: ExitCode.Timeout, hint})
  }
  const missing = untilEmpty
    ? `${number(received)} replies but none that is empty`
    : `only ${number(received)} of ${number(replies)} replies`
  const limits = gap === undefined ? duration(timeout) : `${duration(timeout)}, or ${duration(gap)} after the last`
  const exitCode = ExitCode.Partial
  return new CliError(`${missing} came on "${subject}" within ${limits}`, {
    exitCode,
    hint: gap === undefined ? hint : undefined,
  })
}
