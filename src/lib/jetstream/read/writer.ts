import {renderBody} from '../../message/print.ts'
import {encodeRecord} from '../../message/record.ts'
import {OutputStream} from '../../output/stream.ts'
import {isOutputTerminal} from '../../output/terminal.ts'
import type {Frame} from '../../wire/scanner.ts'
import type {Delivered} from './delivery.ts'
import {renderStored, type Stored, toStored} from './message.ts'
import type {Sink} from './slice.ts'

export type Form = 'text' | 'raw' | 'json'

/** Writes messages of a stream to stdout: for people, only their bodies, or as lines of JSON that `publish --ndjson` reads. */
export class MessageWriter {
  readonly output = new OutputStream()
  private readonly stream: string
  private readonly form: Form
  private readonly terminal = isOutputTerminal()

  constructor(stream: string, form: Form) {
    this.stream = stream
    this.form = form
  }

  /** A sink that hands each message to `message` and waits for a slow reader of stdout. */
  sink(message: Sink['message']): Sink {
    const {output} = this
    return {
      message,
      chunk: () => output.commit(),
      get busy() {
        return output.busy
      },
    }
  }

  /** The way for a flood: of a body that is written as it is nothing is made. */
  writeFrame(frame: Frame, delivered: Delivered): void {
    if (this.form === 'raw' && !this.terminal) this.output.write(frame.chunk, frame.start, frame.end, true)
    else this.write(toStored(frame, delivered))
  }

  /** @param extra more members of the JSON, as `,"name":value` */
  write(stored: Stored, extra = ''): void {
    const {message, sequence, time} = stored
    if (this.form === 'text') this.output.write(renderStored(stored, this.terminal))
    else if (this.form === 'raw') this.output.write(renderBody(message.data, {raw: true, terminal: this.terminal}))
    else {
      const place = `,"stream":${JSON.stringify(this.stream)},"sequence":${sequence}${extra}`
      this.output.writeText(`${encodeRecord(message, time, place)}\n`)
    }
  }
}
