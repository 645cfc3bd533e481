import {setTimeout as delay} from 'node:timers/promises'
import type {NatsConnection} from '@nats-io/nats-core'
import {duration} from '../../output/human.ts'
import type {OutputStream} from '../../output/stream.ts'
import type {Frame} from '../../wire/scanner.ts'
import type {JetStreamApi} from '../api.ts'
import type {ConsumerInfo} from '../consumer-info.ts'
import {watchLife} from '../life.ts'
import type {Delivery} from '../read/delivery.ts'
import {type Acknowledgement, Acknowledger} from './acknowledger.ts'
import {Pull, type Taker} from './pull.ts'
import {Push} from './push.ts'
import {DeliveryWriter, type Form} from './writer.ts'

export type TakeOptions = {
  form: Form
  /** How to acknowledge; undefined not to. */
  acknowledge?: Acknowledgement
  /** Do not say with each message that it was acknowledged. */
  quiet?: boolean
  /** Longest time between a message and its acknowledgement, in milliseconds; it is random. */
  delay?: number
  /** How long to wait for a message, and for confirmations, in milliseconds. */
  timeout: number
  warn: (text: string) => void
}
type PullLimits = {count: number}

const OUTCOMES: Record<Acknowledgement, string> = {
  '+ACK': 'Acknowledged message',
  '-NAK': 'Negative Acknowledged message',
  '+TERM': 'Terminated message',
}

/** Prints messages, and acknowledges what the reader of stdout has got. */
class Printer implements Taker {
  private readonly writer: DeliveryWriter
  private readonly acknowledger: Acknowledger | undefined
  private readonly output: OutputStream
  private readonly options: TakeOptions
  /** Reply subjects of what was printed and is not acknowledged. */
  private replies: string[] = []
  /** What is to be told of the message before the next one. */
  private outcome = ''

  constructor({connection}: JetStreamApi, info: ConsumerInfo, output: OutputStream, options: TakeOptions) {
    this.writer = new DeliveryWriter(output, {stream: info.stream_name, consumer: info.name, form: options.form})
    this.acknowledger = options.acknowledge && new Acknowledger(connection, options.acknowledge)
    this.output = output
    this.options = options
  }

  message(frame: Frame, delivery: Delivery): void {
    const {acknowledge, quiet} = this.options
    this.tellOutcome()
    this.writer.write(frame, delivery)
    if (!acknowledge) return
    this.replies.push(frame.reply)
    if (!quiet) this.outcome = OUTCOMES[acknowledge]
  }

  chunk(): Promise<void> | undefined {
    const {output, acknowledger, options, replies} = this
    this.replies = []
    const printed = output.taken()
    const acknowledge = () => acknowledger?.send(replies)
    if (options.delay) return this.later(printed, options.delay, acknowledge)
    if (printed) return printed.then(acknowledge)
    acknowledge()
  }

  renewed(): void {
    this.acknowledger?.resend()
  }

  /** Resolves when the server has confirmed what was acknowledged. @throws CliError (6) when it did not */
  async finish(timeout: number): Promise<void> {
    await this.acknowledger?.settled(timeout).finally(() => this.acknowledger?.close())
    this.tellOutcome()
  }

  private async later(printed: Promise<void> | undefined, most: number, acknowledge: () => void): Promise<void> {
    await printed
    const time = Math.random() * most
    await delay(time)
    acknowledge()
    if (this.outcome) this.outcome += ` after ${duration(time)} delay`
  }

  private tellOutcome(): void {
    if (this.outcome) this.writer.outcome(this.outcome)
    this.outcome = ''
  }
}

/**
 * Runs what takes messages, and sees to it that what was printed before a failure is acknowledged as well.
 *
 * @throws what the work throws; PermissionViolationError of nats.js when a request or acknowledgement is not permitted
 */
async function finished(work: Promise<void>, printer: Printer, connection: NatsConnection, options: TakeOptions) {
  let stop = () => {}
  const refused = new Promise<never>((_, reject) => {
    stop = watchLife(connection, {refused: reject})
  })
  const [taken] = await Promise.allSettled([Promise.race([work, refused])])
  const finish = connection.isClosed() ? undefined : Promise.race([printer.finish(options.timeout), refused])
  const [settled] = await Promise.allSettled([finish])
  stop()
  if (taken.status === 'rejected') {
    if (settled.status === 'rejected' && settled.reason !== taken.reason) options.warn(settled.reason.message)
    throw taken.reason
  }
  if (settled.status === 'rejected') throw settled.reason
}

/**
 * Takes messages from a pull consumer, prints them, and acknowledges what was printed.
 *
 * @throws as Pull.run; CliError (6) when the server did not confirm the acknowledgements
 */
export async function takeMessages(
  api: JetStreamApi,
  info: ConsumerInfo,
  output: OutputStream,
  options: TakeOptions & PullLimits,
): Promise<void> {
  const printer = new Printer(api, info, output, options)
  const pull = new Pull(api, info, printer, {...options, batch: options.delay ? 1 : undefined})
  await finished(pull.run(), printer, api.connection, options)
}

/**
 * Prints what a push consumer sends and acknowledges it, until `interrupt` is aborted.
 *
 * @param group queue group to be in, instead of the consumer's own
 * @throws as Push.run; CliError (6) when the server did not confirm the acknowledgements
 */
export async function receiveMessages(
  api: JetStreamApi,
  info: ConsumerInfo,
  output: OutputStream,
  options: TakeOptions & {group?: string; interrupt: AbortSignal},
): Promise<void> {
  const printer = new Printer(api, info, output, options)
  const push = new Push(api, info, printer, options.group)
  await finished(push.run(options.interrupt), printer, api.connection, options)
}
