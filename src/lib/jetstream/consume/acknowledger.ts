import {createInbox, type NatsConnection, type Subscription} from '@nats-io/nats-core'
import {CliError, ExitCode} from '../../errors.ts'
import {counted} from '../../output/human.ts'
import {inboxPrefix, sendOperations} from '../../wire/wire.ts'

/** What to tell the server of a message (ADR-15). */
export type Acknowledgement = '+ACK' | '-NAK' | '+TERM'

const NO_RESPONDERS = 503
/** How long a confirmation may take before what it is for is sent once more. */
const LATE_MS = 1000
const RETRY_MS = 250

/** Acknowledgements that went out together, and when; the server confirms the last of them. */
type Batch = {replies: string[]; confirmation: string; sent: number}

/**
 * Acknowledges messages in bulk: those of a batch go out in one write. The server works them off in order, so its
 * confirmation of the last of a batch stands for all of it. What is not confirmed, because a connection or a leader was
 * lost, goes out again: to acknowledge twice does no harm.
 */
export class Acknowledger {
  private readonly connection: NatsConnection
  private readonly kind: Acknowledgement
  private readonly inbox: string
  private readonly subscription: Subscription
  private readonly retries: NodeJS.Timeout
  private unconfirmed: Batch[] = []
  private batches = 0
  private onConfirmed: () => void = () => {}

  constructor(connection: NatsConnection, kind: Acknowledgement) {
    this.connection = connection
    this.kind = kind
    this.inbox = createInbox(inboxPrefix(connection))
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, {subject, headers}) => {
        // Nobody was there to be told, as when a new leader is elected: it is told again in a moment.
        if (headers?.code !== NO_RESPONDERS) this.confirm(subject)
      },
    })
    this.retries = setInterval(() => this.resend(LATE_MS), RETRY_MS)
  }

  /** Acknowledges messages, by their reply subjects. */
  send(replies: string[]): void {
    if (replies.length === 0) return
    const batch = {replies, confirmation: `${this.inbox}.${++this.batches}`, sent: 0}
    this.unconfirmed.push(batch)
    this.transmit(batch)
  }

  /** Sends once more what went out so many milliseconds ago and is not confirmed. */
  resend(age = 0): void {
    const before = performance.now() - age
    for (const batch of this.unconfirmed) if (batch.sent <= before) this.transmit(batch)
  }

  /**
   * Resolves when all that was sent is confirmed.
   *
   * @param timeout milliseconds without a confirmation
   * @throws CliError (6) that tells how many are not
   */
  async settled(timeout: number): Promise<void> {
    while (this.unconfirmed.length > 0) {
      const before = this.unconfirmed.length
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeout)
        this.onConfirmed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (this.unconfirmed.length === before) throw this.unsettled()
    }
  }

  close(): void {
    clearInterval(this.retries)
    if (!this.connection.isClosed()) this.subscription.unsubscribe()
  }

  private transmit(batch: Batch): void {
    const {replies, confirmation} = batch
    const {kind} = this
    batch.sent = performance.now()
    const size = kind.length
    const last = replies.length - 1
    let operations = ''
    for (let i = 0; i < last; i++) operations += `PUB ${replies[i]} ${size}\r\n${kind}\r\n`
    operations += `PUB ${replies[last]} ${confirmation} ${size}\r\n${kind}\r\n`
    sendOperations(this.connection, Buffer.from(operations))
  }

  private confirm(subject: string): void {
    const at = this.unconfirmed.findIndex(({confirmation}) => confirmation === subject)
    if (at >= 0) this.unconfirmed.splice(at, 1)
    this.onConfirmed()
  }

  private unsettled(): CliError {
    const missing = this.unconfirmed.reduce((sum, {replies}) => sum + replies.length, 0)
    return new CliError(`${counted(missing, 'acknowledgement')} not confirmed`, {
      exitCode: ExitCode.Timeout,
      hint: 'these messages were printed, and may be delivered again',
    })
  }
}
