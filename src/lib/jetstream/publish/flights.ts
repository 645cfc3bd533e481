import type {CliError} from '../../errors.ts'
import type {EncodableHeaders} from '../../message/headers.ts'
import type {Outgoing} from '../../message/outgoing.ts'
import type {UnknownFate} from './answer.ts'

/** A message that has no answer yet. */
export type Flight<T> = {
  readonly number: number
  readonly item: T
  readonly headers?: EncodableHeaders
  readonly size: number
  /** When it was first sent, and when last (performance.now()). */
  readonly firstSent: number
  sent: number
  /** Not under way: it waits to be sent again. */
  held: boolean
  /** Why it may be stored although it was not answered. */
  unknown?: UnknownFate
  /** What the server said when it did not take it. */
  error?: CliError
}

/** Without an answer there are never more than this. A server queues 10,000 for each stream, of all publishers. */
const MOST_MESSAGES = 4096
const MOST_BYTES = 4 * 1024 * 1024

/** The messages that have no answer yet, in the order in which they were first sent. */
export class Flights<T extends Outgoing> {
  /** How many of them are held. */
  held = 0
  private readonly flights = new Map<number, Flight<T>>()
  private bytes = 0
  private last = 0
  private head = 0
  private headSince = 0

  get size(): number {
    return this.flights.size
  }

  get full(): boolean {
    return this.flights.size >= MOST_MESSAGES || this.bytes >= MOST_BYTES
  }

  /** Whether there is room for many: then they leave in one write. */
  get roomy(): boolean {
    return this.flights.size <= MOST_MESSAGES / 2 && this.bytes <= MOST_BYTES / 2
  }

  [Symbol.iterator](): IterableIterator<Flight<T>> {
    return this.flights.values()
  }

  get(number: number): Flight<T> | undefined {
    return this.flights.get(number)
  }

  has({number}: Flight<T>): boolean {
    return this.flights.has(number)
  }

  add(item: T, headers: EncodableHeaders | undefined): Flight<T> {
    const size = item.data.length + (headers?.encode().length ?? 0)
    const now = performance.now()
    const flight = {number: ++this.last, item, headers, size, firstSent: now, sent: now, held: false}
    this.flights.set(flight.number, flight)
    this.bytes += size
    return flight
  }

  remove(flight: Flight<T>): void {
    this.flights.delete(flight.number)
    this.bytes -= flight.size
    if (flight.held) this.held--
    flight.held = false
  }

  hold(flight: Flight<T>, {error, unknown}: Pick<Flight<T>, 'error' | 'unknown'>): void {
    if (!flight.held) this.held++
    Object.assign(flight, {held: true, error, unknown})
  }

  release(flight: Flight<T>): void {
    this.held--
    Object.assign(flight, {held: false, error: undefined, unknown: undefined, sent: performance.now()})
  }

  /**
   * Those under way that will hardly be answered: if the oldest was passed over by an answer to a later one, all that were;
   * else all that were sent as long ago. To be asked again and again: the time of the oldest counts from when it became that.
   */
  *late(timeout: number, lastStored: number): Generator<Flight<T>> {
    const now = performance.now()
    let first = true
    let stalled = false
    for (const flight of this.flights.values()) {
      if (flight.held) continue
      if (first) {
        if (flight.number !== this.head) this.headSince = now
        this.head = flight.number
        if (now - Math.max(flight.sent, this.headSince) < timeout) return
        stalled = flight.number > lastStored
      }
      first = false
      if (stalled ? now - flight.sent < timeout : flight.number > lastStored) return
      yield flight
    }
  }
}
