/** How long a consumer that was there may be out of reach. */
const OUTAGE_MS = 30_000

/**
 * How long to go on waiting for messages. The time that a connection or a leader is away does not count as the consumer's:
 * it has a limit of its own.
 */
export class Patience {
  private readonly timeout: number
  private since = performance.now()
  private met = false
  private outage: number | undefined

  /** @param timeout milliseconds without a message; Infinity to wait for ever */
  constructor(timeout: number) {
    this.timeout = timeout
  }

  /** Milliseconds until waiting is over. */
  get left(): number {
    if (this.timeout === Infinity) return Infinity
    const until = this.outage === undefined ? this.since + this.timeout : this.outage + OUTAGE_MS
    return until - performance.now()
  }

  /** A message came, or the work began anew. */
  progress(): void {
    this.since = performance.now()
    this.met = true
    this.outage = undefined
  }

  /** There was a sign of life. */
  contact(): void {
    if (this.outage !== undefined) this.progress()
    this.met = true
  }

  /** Nothing is to be heard, or nobody is there. True when that is new. */
  silence(): boolean {
    if (!this.met || this.outage !== undefined) return false
    this.outage = performance.now()
    return true
  }
}
