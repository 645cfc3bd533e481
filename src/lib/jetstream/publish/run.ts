import {setTimeout as delay} from 'node:timers/promises'
import {CliError} from '../../errors.ts'
import type {HeaderList} from '../../message/headers.ts'
import type {Composer, Outgoing} from '../../message/outgoing.ts'
import {openStdin} from '../../message/stdin.ts'
import {counted, number} from '../../output/human.ts'
import type {JetStreamApi} from '../api.ts'
import {StreamPublisher} from '../publisher.ts'
import type {PubAck} from './answer.ts'
import {Refusals, type Unit} from './refusals.ts'

export type RunOptions = {
  composer: Composer
  /** How often each message is published. */
  count: number
  /** Milliseconds to wait between messages. */
  sleep?: number
  /** What the messages are counted in. */
  unit: Unit
  /** Wait for the acknowledgement of each message before the next is sent. */
  oneByOne: boolean
  /** Go on after a message that is not stored. */
  keepGoing: boolean
  /** Headers that each message has besides its own, made when it is sent. */
  headers: () => HeaderList
  /** Ends it: what was sent until then has a moment to be acknowledged, and the signal's reason is thrown. */
  signal: AbortSignal
  progress?: {update(done: number): void}
  onStored(item: Numbered, ack: PubAck): void
  onRefused(item: Numbered, error: CliError): void
  onTold(): void
  warn(text: string): void
}

/** A message and its place in the input, from 1. */
export type Numbered = Outgoing & {number: number}

/** Acknowledgements that are under way when the command is interrupted have this long. */
export const LAST_WAIT_MS = 800

/** Publishes all messages that a command line asks for to their streams. */
export class PublishRun {
  /** Messages that were acknowledged, and the bytes of their bodies. */
  stored = 0
  bytes = 0
  duplicates = 0
  /** The last acknowledgement of each stream. */
  readonly streams = new Map<string, number>()
  readonly refusals: Refusals
  private readonly options: RunOptions
  private readonly publisher: StreamPublisher<Numbered>
  private readonly stop = new AbortController()
  private storedAfter = 0
  private line = 0

  constructor(api: JetStreamApi, options: RunOptions) {
    const {signal, onTold} = options
    this.options = options
    this.refusals = new Refusals(options.unit)
    this.publisher = new StreamPublisher(api, {
      signal,
      outOfOrder: options.keepGoing,
      onStored: (item, ack) => this.onStored(item, ack!),
      onRefused: (item, error) => this.onRefused(item, error),
      onTold,
    })
  }

  /** @throws CliError when not all is stored, once it is known what is, and that was told */
  async publishAll(maxPayload: number): Promise<void> {
    const {signal, keepGoing} = this.options
    let failure: unknown
    try {
      await this.send(maxPayload)
    } catch (error) {
      // Ending the input after a refusal is no failure of its own.
      if (!this.stop.signal.aborted) failure = error
    }
    await this.publisher.answeredAll()
    if (signal.aborted) await this.publisher.answeredAll(LAST_WAIT_MS)
    this.options.onTold()
    const {refusals, stored} = this
    const {pending, late} = this.publisher
    this.publisher.close()
    const failed = refusals.count > 0
    if (late > 0)
      this.options.warn(`Out of order: ${counted(late, 'message')}, sent again after later ones were stored`)
    if (!failed && !failure && !signal.aborted) return
    if (refusals.count > 1 || (failed && (keepGoing || failure)))
      for (const text of refusals.list()) this.options.warn(text)
    if (stored > 0 || signal.aborted) this.options.warn(`Stored ${counted(stored, 'message')}${this.after()}`)
    if (pending > 0) this.options.warn(`Not acknowledged: ${counted(pending, 'message')} that may or may not be stored`)
    signal.throwIfAborted()
    if (failed && !keepGoing) throw refusals.stopped(stored)
    if (failure) throw failure
    throw refusals.partly(stored)
  }

  private async send(maxPayload: number): Promise<void> {
    const {composer, sleep, oneByOne, headers, signal, progress} = this.options
    const {publisher} = this
    const ended = AbortSignal.any([signal, this.stop.signal])
    let first = true
    for await (const bodies of composer.bodies(() => openStdin(ended), maxPayload)) {
      for (const message of this.numbered(bodies)) {
        if (sleep && !first) await delay(sleep, undefined, {signal: ended})
        first = false
        if (publisher.full) await publisher.ready()
        if (ended.aborted) return
        const more = headers()
        publisher.send(more.length > 0 ? {...message, headers: [...(message.headers ?? []), ...more]} : message)
        if (oneByOne) await publisher.answeredAll()
        progress?.update(this.stored)
      }
      if (ended.aborted) return
    }
  }

  private *numbered(bodies: Parameters<Composer['messages']>[0]): Generator<Numbered> {
    const {composer, count} = this.options
    for (const body of bodies) {
      this.line++
      let number = this.line
      try {
        for (const message of composer.messages([body], count)) {
          yield Object.assign(message, {number: composer.single ? number++ : number})
        }
      } catch (error) {
        if (!(error instanceof CliError)) throw error
        this.onRefused({number, subject: '', data: new Uint8Array()}, error)
      }
    }
  }

  private onStored(item: Numbered, ack: PubAck): void {
    this.stored++
    this.bytes += item.data.length
    if (ack.duplicate) this.duplicates++
    if (this.refusals.first && item.number > this.refusals.first.number) this.storedAfter++
    this.streams.set(ack.stream, ack.seq)
    this.options.onStored(item, ack)
  }

  private onRefused(item: Numbered, error: CliError): void {
    this.refusals.add(item.number, error)
    this.options.onRefused(item, error)
    if (!this.options.keepGoing) this.stop.abort()
  }

  private after(): string {
    const {keepGoing, unit} = this.options
    if (keepGoing || this.storedAfter === 0) return ''
    return `, ${number(this.storedAfter)} of them after ${unit} ${number(this.refusals.first!.number)}`
  }
}
