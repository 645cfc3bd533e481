import {type NatsConnection, nuid} from '@nats-io/nats-core'
import type {Frame} from '../../wire/scanner.ts'
import {inboxPrefix, tap} from '../../wire/wire.ts'

export interface AnswerListener {
  /** The answer to the message with this number. */
  answered(number: number, frame: Frame): void
  /** All answers that came together have been told. */
  wake(): void
  failed(thrown: unknown): void
  /** This user may not receive answers. */
  denied(error: Error): void
}

/** Where the answers to numbered messages come in, without an object for each. */
export class AnswerInbox {
  private readonly prefix: string
  private readonly end: () => void

  constructor(connection: NatsConnection, listener: AnswerListener) {
    this.prefix = `${inboxPrefix(connection)}.${nuid.next()}.`
    const subscription = connection.subscribe(`${this.prefix}*`, {
      callback: (error) => {
        if (error) listener.denied(error)
      },
    })
    const answers = tap(connection, {
      message: (frame) => listener.answered(numberOf(frame), frame),
      chunk: () => listener.wake(),
      error: (thrown) => listener.failed(thrown),
    })
    answers.add(subscription.getID())
    this.end = () => subscription.unsubscribe()
  }

  /** The reply subject of the message with this number. */
  subject(number: number): string {
    return this.prefix + number
  }

  close(): void {
    this.end()
  }
}

/** The last token of the subject of an answer. */
function numberOf({chunk, subjectEnd}: Frame): number {
  let number = 0
  for (let i = subjectEnd - 1, unit = 1; chunk[i] !== DOT; i--, unit *= 10) number += (chunk[i]! - ZERO) * unit
  return number
}

const DOT = 46
const ZERO = 48
