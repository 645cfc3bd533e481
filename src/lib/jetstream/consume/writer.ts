import {decodeHeaders} from '../../message/headers.ts'
import type {Message} from '../../message/message.ts'
import {headerLines, renderBody} from '../../message/print.ts'
import {encodeRecord} from '../../message/record.ts'
import {clock} from '../../output/human.ts'
import {neutralise} from '../../output/sanitize.ts'
import type {OutputStream} from '../../output/stream.ts'
import {isOutputTerminal} from '../../output/terminal.ts'
import type {Frame} from '../../wire/scanner.ts'
import type {Delivery} from '../read/delivery.ts'

export type Form = 'text' | 'raw' | 'json'

/** Writes what a consumer delivers: for people, only the bodies, or as lines of JSON. */
export class DeliveryWriter {
  private readonly output: OutputStream
  private readonly form: Form
  private readonly terminal = isOutputTerminal()
  /** Members of the JSON that are the same for all messages. */
  private readonly origin: string
  private time = ''
  private timeOf = 0

  constructor(output: OutputStream, {stream, consumer, form}: {stream: string; consumer: string; form: Form}) {
    this.output = output
    this.form = form
    this.origin = `,"stream":${JSON.stringify(stream)},"consumer":${JSON.stringify(consumer)}`
  }

  write(frame: Frame, delivery: Delivery): void {
    const {form, output, terminal} = this
    if (form === 'raw' && !terminal) {
      output.write(frame.chunk, frame.start, frame.end, true)
      return
    }
    const message: Message = {subject: frame.subject, data: frame.body}
    if (frame.start > frame.headersStart) message.headers = decodeHeaders(frame.headers)
    const body = () => output.write(renderBody(message.data, {raw: true, terminal}))
    if (form === 'raw') body()
    else if (form === 'json') output.writeText(`${this.record(message, delivery)}\n`)
    else {
      const head = this.head(message, delivery)
      output.writeText(terminal ? neutralise(head) : head)
      body()
      output.writeText('\n')
    }
  }

  /** What became of the message before, for people. */
  outcome(text: string): void {
    if (this.form === 'text') this.output.writeText(`${text}\n\n`)
  }

  private head({subject, headers}: Message, {deliveries, consumerSequence, sequence, pending}: Delivery): string {
    const place = `tries: ${deliveries} / cons seq: ${consumerSequence} / str seq: ${sequence} / pending: ${pending}`
    const lines = headers?.length ? ['', 'Headers:', '', ...headerLines(headers).map((line) => `  ${line}`)] : []
    const data = lines.length > 0 ? [...lines, '', 'Data:'] : []
    return `${[`[${this.now()}] subj: ${subject} / ${place}`, ...data].join('\n')}\n\n`
  }

  private record(message: Message, delivery: Delivery): string {
    const {sequence, consumerSequence, deliveries, pending, time} = delivery
    const place = `,"sequence":${sequence},"consumer_sequence":${consumerSequence}`
    return encodeRecord(message, time, `${this.origin}${place},"deliveries":${deliveries},"pending":${pending}`)
  }

  /** The time of day, made once for all messages of a second. */
  private now(): string {
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.timeOf) {
      this.timeOf = second
      this.time = clock(new Date(second * 1000))
    }
    return this.time
  }
}
