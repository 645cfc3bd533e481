import {CliError} from './errors.ts'

/** How long a command that was interrupted may take to drain. */
const GRACE_MS = 900
const CODES = {SIGINT: 130, SIGTERM: 143, SIGHUP: 129} as const

/** Ended by a signal before the work was done: 128 + the signal's number. */
export class Interrupted extends CliError {
  constructor(signal: keyof typeof CODES) {
    super('interrupted', {exitCode: CODES[signal]})
  }
}

/** What SIGINT, SIGTERM and SIGHUP do to one command. */
export class Interruption {
  /** Rejects when the command must end at once: it does not handle signals, did not drain in time, or got a second one. */
  readonly forced: Promise<never>
  private readonly controller = new AbortController()
  private handled = false
  private handOver?: (signal: NodeJS.Signals) => void

  constructor() {
    this.forced = new Promise((_, reject) => {
      for (const signal of Object.keys(CODES) as (keyof typeof CODES)[]) {
        process.on(signal, () => {
          if (this.handOver) return this.handOver(signal)
          const interrupted = new Interrupted(signal)
          const end = () => reject(interrupted)
          if (!this.handled || this.controller.signal.aborted) return end()
          this.controller.abort(interrupted)
          setTimeout(end, GRACE_MS).unref()
        })
      }
    })
    this.forced.catch(() => {})
  }

  /**
   * Aborted by the first signal. Who takes it promises to drain and end on its own, which then counts as done. Where it
   * is not done, throw the `reason`: an Interrupted.
   */
  get signal(): AbortSignal {
    this.handled = true
    return this.controller.signal
  }

  /** Hands every signal to a command that runs a program for the user: that program decides whether and when to end. */
  passTo(handOver: (signal: NodeJS.Signals) => void): void {
    this.handOver = handOver
  }
}
