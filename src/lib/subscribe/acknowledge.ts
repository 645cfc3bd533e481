import type {Acknowledger} from '../jetstream/consume/acknowledger.ts'
import type {OutputStream} from '../output/stream.ts'
import type {Received, Writer} from './writers.ts'

/** Acknowledges messages of streams when whoever reads stdout has them, and no sooner. */
export class AcknowledgingWriter implements Writer {
  private readonly writer: Writer
  private readonly output: OutputStream
  private readonly acknowledger: Acknowledger
  /** Where to acknowledge what was written and is not acknowledged. */
  private subjects: string[] = []

  constructor(writer: Writer, output: OutputStream, acknowledger: Acknowledger) {
    this.writer = writer
    this.output = output
    this.acknowledger = acknowledger
  }

  write(received: Received): void {
    this.writer.write(received)
    if (received.acknowledgeTo) this.subjects.push(received.acknowledgeTo)
  }

  commit(): void {
    const {acknowledger, subjects} = this
    this.writer.commit?.()
    this.subjects = []
    const taken = this.output.taken()
    if (taken) taken.then(() => acknowledger.send(subjects)).catch(() => {})
    else acknowledger.send(subjects)
  }

  get busy(): Promise<void> | undefined {
    return this.writer.busy
  }

  async end(): Promise<void> {
    await this.writer.end()
    this.acknowledger.send(this.subjects)
  }
}
