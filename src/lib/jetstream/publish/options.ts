import type {CliError} from '../../errors.ts'
import type {PubAck} from './answer.ts'

export type StreamPublisherOptions<T> = {
  /** Is told of every stored message, in the order of the answers; without an acknowledgement when it waits for the rest of its batch. */
  onStored(item: T, ack: PubAck | undefined): void
  /** Is told of every message that is not stored, or of which nobody knows (UnknownFate). */
  onRefused(item: T, error: CliError): void
  /** All answers that came together have been told: a good moment to write. */
  onTold?(): void
  /** Send again what may be; true unless given. Nothing of an atomic batch may. */
  retry?: boolean
  /** Send again even what comes to stand after messages that were sent later. */
  outOfOrder?: boolean
  /** Ends the waiting in `ready` and `answeredAll`. */
  signal?: AbortSignal
}
