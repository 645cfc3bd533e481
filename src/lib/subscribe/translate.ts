import {CliError, ExitCode} from '../errors.ts'
import type {Message} from '../message/message.ts'
import {runProgram, splitCommand} from '../message/program.ts'
import type {Frame} from '../wire/scanner.ts'
import type {Sink} from './receive.ts'
import {type FromStream, type Received, toReceived, type Writer} from './writers.ts'

/** Bodies that may wait for the program, in bytes, before receiving pauses. */
const QUEUE_BYTES = 4 * 1024 * 1024
/** How long the program may still work on what came before an interruption. */
const GRACE_MS = 300
const SUBJECT = /\{\{\s*Subject\s*\}\}/g

/**
 * Puts every body through a program, one after the other, and gives the writer what that makes of it. The arguments are split
 * before {{Subject}} is put in, so that a subject cannot add one.
 */
export class TranslatingSink implements Sink {
  private readonly command: string[]
  private readonly writer: Writer
  private readonly warn: (text: string) => void
  private readonly stop = new AbortController()
  private queue: Received[] = []
  private queued = 0
  private failures = 0
  private total = 0
  working: Promise<void> | undefined
  private full: {promise: Promise<void>; resolve: () => void} | undefined

  /** @throws UsageError for a command that cannot be split into words */
  constructor(command: string, writer: Writer, warn: (text: string) => void) {
    this.command = splitCommand(command, '--translate')
    this.writer = writer
    this.warn = warn
  }

  message(frame: Frame, number: number, isReply: boolean, from?: FromStream): void {
    const received = toReceived(frame, number, isReply, from)
    const {message} = received
    message.data = Buffer.from(message.data)
    this.queue.push(received)
    this.queued += message.data.length
    if (this.queued > QUEUE_BYTES) this.full ??= deferred()
    this.working ??= this.work()
  }

  get busy(): Promise<void> | undefined {
    return this.full?.promise
  }

  /** @throws CliError (part of the work failed) when the program failed for some of the messages */
  async end(interrupted: boolean): Promise<void> {
    if (interrupted) setTimeout(() => this.stop.abort(), GRACE_MS)
    await this.working
    await this.writer.end()
    if (this.queue.length > 0) this.warn(`${this.queue.length} messages that came last were not translated`)
    if (this.failures === 0) return
    throw new CliError(`--translate: ${this.command[0]} failed for ${this.failures} of ${this.total} messages`, {
      exitCode: ExitCode.Partial,
    })
  }

  private async work(): Promise<void> {
    for (let received = this.queue.shift(); received; received = this.queue.shift()) {
      const {message} = received
      const size = message.data.length
      const {stdout, failure} = await this.translate(message)
      if (this.stop.signal.aborted) {
        this.queue.unshift(received)
        break
      }
      this.total++
      if (failure) {
        this.failures++
        this.warn(
          `Message #${received.number} on "${message.subject}" is not translated: ${this.command[0]}: ${failure}`,
        )
      }
      // What could not be done is left for another try.
      const acknowledgeTo = failure ? undefined : received.acknowledgeTo
      this.writer.write({...received, message: {...message, data: stdout}, acknowledgeTo})
      this.writer.commit?.()
      await this.writer.busy
      this.queued -= size
      if (this.queued <= QUEUE_BYTES / 2) this.release()
    }
    this.release()
    this.working = undefined
  }

  private translate({subject, data}: Message) {
    const [file, ...args] = this.command
    const words = [file!, ...args.map((word) => word.replace(SUBJECT, () => subject))]
    return runProgram(words, data, {signal: this.stop.signal})
  }

  private release(): void {
    this.full?.resolve()
    this.full = undefined
  }
}

function deferred() {
  let resolve!: () => void
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return {promise, resolve}
}
