import {createInbox, type NatsConnection, type Subscription} from '@nats-io/nats-core'
import {inboxPrefix, sendOperations} from '../../bench/wire.ts'
import {CliError, ExitCode} from '../../errors.ts'
import {number} from '../../output/human.ts'

/** What to tell the server of a message (ADR-15). */
export type Acknowledgement = '+ACK' | '-NAK' | '+TERM'

const NO_RESPONDERS = 503
const RETRY_MS = 250

/** Acknowledgements that went out together; the server confirms the last of them. */
type Batch = {replies: string[]; confirmation: string}

/**
 * Acknowledges messages in bulk: those of a batch go out in one write. The server works them off in order, so its
 * confirmation of the last of a batch stands for all of it. What is not confirmed when a connection is lost goes out again.
 */
export class Acknowledger {
  /** Acknowledgements that the server has confirmed. */
  confirmed = 0
  private readonly connection: NatsConnection
  private readonly kind: Acknowledgement
  private readonly inbox: string
  private readonly subscription: Subscription
  private closed = false
  private unconfirmed: Batch[] = []
  private batches = 0
  private onConfirmed: () => void = () => {}

  constructor(connection: NatsConnection, kind: Acknowledgement) {
    this.connection = connection
    this.kind = kind
    this.inbox = createInbox(inboxPrefix(connection))
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, {subject, headers}) => {
        if (headers?.code === NO_RESPONDERS) this.again(subject)
        else this.confirm(subject)
      },
    })
  }

  /** Acknowledges messages, by their reply subjects. */
  send(replies: string[]): void {
    if (replies.length === 0) return
    const batch = {replies, confirmation: `${this.inbox}.${++this.batches}`}
    this.unconfirmed.push(batch)
    this.transmit(batch)
  }

  /** Sends what was not confirmed once more: acknowledging twice does no harm. */
  resend(): void {
    for (const batch of this.unconfirmed) this.transmit(batch)
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
    this.closed = true
    if (!this.connection.isClosed()) this.subscription.unsubscribe()
  }

  private transmit({replies, confirmation}: Batch): void {
    const {kind} = this
    const size = kind.length
    const last = replies.length - 1
    let operations = ''
    for (let i = 0; i < last; i++) operations += `PUB ${replies[i]} ${size}\r\n${kind}\r\n`
    operations += `PUB ${replies[last]} ${confirmation} ${size}\r\n${kind}\r\n`
    sendOperations(this.connection, Buffer.from(operations))
  }

  /** Nobody was there to be told, as when a new leader is elected: it is told again in a moment. */
  private again(subject: string): void {
    const batch = this.unconfirmed.find(({confirmation}) => confirmation === subject)
    if (batch) setTimeout(() => this.closed || this.connection.isClosed() || this.transmit(batch), RETRY_MS).unref()
  }

  private confirm(subject: string): void {
    const at = this.unconfirmed.findIndex(({confirmation}) => confirmation === subject)
    for (const {replies} of this.unconfirmed.splice(0, at + 1)) this.confirmed += replies.length
    this.onConfirmed()
  }

  private unsettled(): CliError {
    const missing = this.unconfirmed.reduce((sum, {replies}) => sum + replies.length, 0)
    return new CliError(`${number(missing)} acknowledgements were not confirmed`, {
      exitCode: ExitCode.Timeout,
      hint: 'these messages were printed, and may be delivered again',
    })
  }
}
