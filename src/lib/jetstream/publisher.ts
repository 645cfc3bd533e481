import {CliError, ExitCode} from '../errors.ts'
import {type Outgoing, sendable} from '../message/outgoing.ts'
import {duration} from '../output/human.ts'
import type {Frame} from '../wire/scanner.ts'
import type {JetStreamApi} from './api.ts'
import {watchLife} from './life.ts'
import {type Denial, nobodyTook, notPermitted, PassedOver, readAnswer, UnknownFate} from './publish/answer.ts'
import {type Flight, Flights} from './publish/flights.ts'
import {Gate} from './publish/gate.ts'
import {AnswerInbox} from './publish/inbox.ts'
import type {StreamPublisherOptions} from './publish/options.ts'
import {Takers} from './publish/takers.ts'

const TICK_MS = 50
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500

/**
 * Publishes to streams with many messages under way. Answers come to numbered subjects under one subscription.
 *
 * - Order: messages leave in the order of `send`. Without `outOfOrder` none is sent again once a later one is stored.
 * - Sent again: what nobody took (no leader), for it is not stored; what was not answered only if it has a message id that the
 *   stream still remembers, which rules out a second copy. The oldest goes first and alone, the rest when it is stored.
 * - Time: fails when the oldest message has no answer for as long as the API's timeout, however long the whole takes.
 */
export class StreamPublisher<T extends Outgoing = Outgoing> {
  private readonly api: JetStreamApi
  private readonly options: StreamPublisherOptions<T>
  private readonly inbox: AnswerInbox
  private readonly flights = new Flights<T>()
  private readonly takers: Takers
  private readonly gate = new Gate()
  private readonly ending: (() => void)[] = []
  /** How many messages were sent again after later ones were stored. */
  late = 0
  private lastStored = 0
  private recovering = false
  private connected = true
  private flushing = false

  constructor(api: JetStreamApi, options: StreamPublisherOptions<T>) {
    this.api = api
    this.options = options
    this.takers = new Takers(api)
    this.inbox = new AnswerInbox(api.connection, {
      answered: (number, frame) => this.answered(number, frame),
      wake: () => this.wake(),
      failed: (thrown) => this.gate.fail(thrown),
      denied: (error) => this.denied(error),
    })
    const renewed = () => {
      this.connected = true
      this.wake()
    }
    const timer = setInterval(() => this.tick(), TICK_MS)
    this.ending.push(
      watchLife(api.connection, {lost: () => this.lost(), renewed, refused: (error) => this.denied(error)}),
      () => clearInterval(timer),
      () => this.inbox.close(),
    )
  }

  /** Whether `send` has to wait for `ready`. */
  get full(): boolean {
    return this.flights.full || this.flights.held > 0 || this.recovering || !this.connected
  }

  /** How many messages have no answer yet. */
  get pending(): number {
    return this.flights.size
  }

  /** Sends a message; what becomes of it the options are told. Not to be called while `full`. */
  send(item: T): void {
    let flight: Flight<T>
    try {
      flight = this.flights.add(item, sendable(item, this.api.connection.info!.max_payload))
    } catch (error) {
      return void this.options.onRefused(item, error as CliError)
    }
    this.publish(flight)
  }

  /**
   * Resolves when there is room for another message, or the signal has come.
   *
   * @throws CliError when the connection does not come back in time
   */
  async ready(): Promise<void> {
    const {signal} = this.options
    const {timeout} = this.api
    if (!(await this.gate.until(() => this.connected || signal?.aborted === true, timeout)))
      throw new CliError(`no connection to a server for ${duration(timeout)}`, {exitCode: ExitCode.Unreachable})
    await this.gate.until(() => (this.flights.roomy && !this.full) || signal?.aborted === true)
  }

  /**
   * Resolves when every message has its answer, or the signal has come; with a `limit`, in milliseconds, the signal does not count.
   *
   * @returns whether every message has its answer
   */
  async answeredAll(limit?: number): Promise<boolean> {
    const {signal} = this.options
    await this.gate.until(() => this.flights.size === 0 || (limit === undefined && signal?.aborted === true), limit)
    return this.flights.size === 0
  }

  close(): void {
    for (const end of this.ending) end()
  }

  private publish({number, item, headers}: Flight<T>): void {
    const {connection} = this.api
    connection.publish(item.subject, item.data, {headers, reply: this.inbox.subject(number)})
    if (this.flushing) return
    this.flushing = true
    // Asks for an answer after these, before which the server says what it does not permit.
    queueMicrotask(() => {
      this.flushing = false
      connection.flush().catch(() => {})
    })
  }

  private answered(number: number, frame: Frame): void {
    const flight = this.flights.get(number)
    if (!flight) return
    const answer = readAnswer(frame)
    if (answer.kind === 'untaken') {
      if (this.takers.get(flight.item.subject) instanceof CliError) this.refuse(flight)
      else this.flights.hold(flight, {error: answer.error})
      return
    }
    this.flights.remove(flight)
    if (answer.kind === 'refused') this.options.onRefused(flight.item, answer.error)
    else {
      this.lastStored = Math.max(this.lastStored, flight.number)
      this.options.onStored(flight.item, answer.kind === 'stored' ? answer.ack : undefined)
    }
  }

  private refuse(flight: Flight<T>, why?: CliError): void {
    const {item, unknown, error} = flight
    const taker = this.takers.get(item.subject)
    this.flights.remove(flight)
    const untaken = taker instanceof CliError ? taker : (error ?? nobodyTook(item.subject, true))
    this.options.onRefused(item, why ?? unknown ?? untaken)
  }

  private denied(denial: Denial): void {
    const error = notPermitted(denial)
    for (const flight of this.flights) {
      if (denial.operation === 'subscription' || denial.subject === flight.item.subject) this.refuse(flight, error)
    }
    this.wake()
  }

  private lost(): void {
    this.connected = false
    const unknown = new UnknownFate('the connection broke before the acknowledgement', ExitCode.Unreachable)
    for (const flight of this.flights) if (!flight.held) this.flights.hold(flight, {unknown})
    this.wake()
  }

  private tick(): void {
    const {timeout} = this.api
    for (const flight of this.flights.late(timeout, this.lastStored)) {
      const unknown = new UnknownFate(`no acknowledgement within ${duration(timeout)}`, ExitCode.Timeout)
      this.flights.hold(flight, {unknown})
    }
    this.wake()
  }

  /** Something changed: tells, lets go on who waits for it, and sends again what may be once nothing else is under way. */
  private wake(): void {
    try {
      this.options.onTold?.()
    } catch (thrown) {
      this.gate.fail(thrown)
    }
    if (!this.recovering && this.flights.held > 0 && this.flights.held === this.flights.size) {
      this.recovering = true
      const end = () => {
        this.recovering = false
        this.wake()
      }
      this.recover(performance.now() + this.api.timeout).then(end, end)
    }
    this.gate.wake()
  }

  private async recover(end: number): Promise<void> {
    this.takers.refresh()
    for (let pause = FIRST_PAUSE_MS; this.flights.size > 0; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await this.gate.until(() => this.connected, end - performance.now())
      const inTime = this.connected && performance.now() < end
      for (const flight of this.flights) {
        const mayBeStored = flight.unknown && !flight.headers?.has('Nats-Msg-Id')
        const passedOver = flight.number < this.lastStored && !this.options.outOfOrder
        if (inTime && !passedOver && !mayBeStored && this.options.retry !== false) continue
        const taker =
          inTime && !flight.unknown ? await this.takers.find(flight.item.subject, this.lastStored > 0) : undefined
        const why = passedOver && !mayBeStored && !(taker instanceof CliError) ? new PassedOver(flight) : undefined
        this.refuse(flight, why)
      }
      const [oldest] = this.flights
      if (!oldest) return
      if ((await this.again(oldest)) && (await this.isTaken(oldest))) {
        for (const flight of this.flights) if (!(await this.again(flight))) break
        return
      }
      await this.gate.until(() => false, pause)
    }
  }

  /** Whether the message that was sent again, alone, has its answer now. */
  private async isTaken(flight: Flight<T>): Promise<boolean> {
    await this.gate.until(() => flight.held || !this.flights.has(flight))
    return !flight.held
  }

  /** Sends a message again, or refuses it if that could store it twice; false when it is not known yet whether it could. */
  private async again(flight: Flight<T>): Promise<boolean> {
    const taker = await this.takers.find(flight.item.subject, this.lastStored > 0)
    if (flight.unknown && !taker) return false
    const age = performance.now() - flight.firstSent
    const forgotten =
      flight.unknown && taker && 'duplicateWindow' in taker && age + this.api.timeout > taker.duplicateWindow
    if (taker instanceof CliError || forgotten) this.refuse(flight)
    else {
      if (flight.number < this.lastStored) this.late++
      this.flights.release(flight)
      this.publish(flight)
    }
    return true
  }
}
