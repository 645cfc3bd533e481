import {setTimeout as delay} from 'node:timers/promises'
import type {NatsConnection} from '@nats-io/nats-core'
import {flushWithin} from '../connection/flush.ts'
import {CliError, ExitCode} from '../errors.ts'
import {counted} from '../output/human.ts'
import {flood, frame} from '../wire/flood.ts'
import {type Composer, type Outgoing, sendable} from './outgoing.ts'
import {openStdin} from './stdin.ts'

export type PublisherOptions = {
  /** Reply subject of every message. */
  reply?: string
  /** How long the server may take to confirm, in milliseconds. */
  timeout: number
  /** Is told that the connection broke and how many messages may have been lost with it, once there is one again. */
  onLost: (messages: number) => void
  /** Is told of every message that the server has confirmed. */
  onConfirmed?: (message: Outgoing) => void
}

/** Not confirmed by the server yet: never more than this. */
const MOST_BYTES = 1024 * 1024
const MOST_MESSAGES = 8192

export type PublishAllOptions = {
  /** How often each message is published. */
  count: number
  /** Milliseconds to wait between messages. */
  sleep?: number
  /** Wait for the confirmation of each message on its own. */
  oneByOne: boolean
  /** Ends it: what was sent until then is confirmed, and the signal's reason thrown. */
  signal: AbortSignal
  progress?: {update(done: number): void}
}

const RECONNECT_POLL_MS = 50

/** Publishes and counts what the server has confirmed: it took the messages, and did not refuse the subject. */
export class Publisher {
  /** Confirmed messages, and the bytes of their bodies. */
  messages = 0
  /** Messages that were under way when the connection broke. */
  lost = 0
  bytes = 0
  private readonly nc: NatsConnection
  private readonly options: PublisherOptions
  private waiting: Outgoing[] = []
  private waitingBytes = 0

  constructor(nc: NatsConnection, options: PublisherOptions) {
    this.nc = nc
    this.options = options
  }

  /** The largest message that the server takes, its headers included. */
  get limit(): number {
    return this.nc.info!.max_payload
  }

  /** Publishes every message that `composer` makes, and waits until the last is confirmed. */
  async publishAll(composer: Composer, options: PublishAllOptions): Promise<void> {
    const {count, sleep, signal, progress} = options
    try {
      if (composer.fixed && !sleep && !options.oneByOne) {
        await this.flood(composer.message(undefined, 1), count, signal, progress)
      } else {
        const oneByOne = sleep !== undefined || (options.oneByOne && !composer.fromStdin)
        let first = true
        for await (const bodies of composer.bodies(() => openStdin(signal), this.limit)) {
          for (const message of composer.messages(bodies, count)) {
            signal.throwIfAborted()
            if (sleep && !first) await delay(sleep, undefined, {signal})
            first = false
            this.publish(message)
            // Without need nothing is awaited: nats.js then sends many messages in one write.
            if (oneByOne || this.waitingBytes >= MOST_BYTES || this.waiting.length >= MOST_MESSAGES) await this.settle()
            progress?.update(this.messages)
          }
          await this.settle()
        }
      }
      signal.throwIfAborted()
      if (this.lost > 0) {
        const exitCode = this.messages > 0 ? ExitCode.Partial : ExitCode.Unreachable
        throw new CliError(`${counted(this.lost, 'message')} may not have arrived`, {exitCode})
      }
    } catch (error) {
      // Those before the failure are on their way, and are told if they arrive. Of those that the failure is about, nobody knows.
      await this.settle().catch(() => {})
      signal.throwIfAborted()
      throw error
    }
  }

  private publish(message: Outgoing): void {
    const headers = sendable(message, this.limit)
    this.nc.publish(message.subject, message.data, {headers, reply: this.options.reply})
    this.waiting.push(message)
    this.waitingBytes += message.data.length
  }

  /**
   * Waits until the server has confirmed all that was sent.
   *
   * @throws PermissionViolationError when it refused a subject; CliError when it is gone or does not answer in time
   */
  private async settle(): Promise<void> {
    if (this.waiting.length === 0) return
    const sent = this.waiting
    const sentBytes = this.waitingBytes
    this.waiting = []
    this.waitingBytes = 0
    try {
      await this.confirm()
    } catch (error) {
      if ((error as CliError).exitCode !== ExitCode.Unreachable) throw error
      await this.reconnected(error as CliError)
      this.lost += sent.length
      return this.options.onLost(sent.length)
    }
    this.messages += sent.length
    this.bytes += sentBytes
    if (this.options.onConfirmed) for (const message of sent) this.options.onConfirmed(message)
  }

  /** Waits for the connection to come back; nats.js drops what is published before that. */
  private async reconnected(error: CliError): Promise<void> {
    const end = performance.now() + this.options.timeout
    for (;;) {
      const left = end - performance.now()
      if (left <= 0) throw error
      try {
        return await flushWithin(this.nc, left)
      } catch {
        await delay(Math.min(left, RECONNECT_POLL_MS))
      }
    }
  }

  /** Sends the same message `count` times, as fast as the server takes it. */
  private async flood(message: Outgoing, count: number, signal: AbortSignal, progress?: PublishAllOptions['progress']) {
    const {subject, data} = message
    const headers = sendable(message, this.limit)?.encode()
    const operation = frame({subject, reply: this.options.reply, headers, data})
    await flood(this.nc, operation, count, {
      signal,
      confirm: () => this.confirm(),
      progress: (confirmed) => {
        this.messages = confirmed
        this.bytes = confirmed * data.length
        progress?.update(confirmed)
      },
    })
  }

  private confirm(): Promise<void> {
    return flushWithin(this.nc, this.options.timeout)
  }
}
