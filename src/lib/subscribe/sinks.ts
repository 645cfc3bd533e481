import type {Acknowledger} from '../jetstream/consume/acknowledger.ts'
import type {OutputStream} from '../output/stream.ts'
import {isOutputTerminal} from '../output/terminal.ts'
import type {Sink} from './receive.ts'
import type {ReportResult} from './report.ts'
import {JsonWriter, RawSink, TextWriter, type Writer, WriterSink} from './writers.ts'

const DEFAULT_TOP = 10

/** The flags that say what is made of a message. */
export type SinkFlags = {
  raw?: boolean
  json?: boolean
  dump?: string
  translate?: string
  timestamp?: boolean
  'delta-time'?: boolean
  'headers-only'?: boolean
  'subjects-only'?: boolean
  'report-subjects'?: boolean
  'report-subscriptions'?: boolean
  'report-top'?: number
  graph?: boolean
  colors?: string
}

/** A sink, and what the command returns when it has ended. */
export type OpenSink = {sink: Sink; result?: () => ReportResult}

/**
 * Opens what the flags ask for; each form of output is loaded when it is used.
 *
 * @param acknowledger acknowledges what was written
 */
export async function openSink(
  flags: SinkFlags,
  output: OutputStream,
  warn: (text: string) => void,
  acknowledger?: Acknowledger,
): Promise<OpenSink> {
  const terminal = isOutputTerminal()
  const {raw, json = false, dump, translate, graph} = flags
  if (graph) {
    const {Graph} = await import('./graph.ts')
    return {sink: new Graph()}
  }
  if (flags['report-subjects'] || flags['report-subscriptions']) {
    const {Report} = await import('./report.ts')
    const bySubscription = flags['report-subscriptions'] ?? false
    const top = flags['report-top'] ?? DEFAULT_TOP
    const report = new Report({top, bySubscription, live: terminal, silent: json, colors: flags.colors})
    return {sink: report, result: () => report.result}
  }
  const plain = raw && dump === undefined && translate === undefined && !terminal
  if (plain && !acknowledger) return {sink: new RawSink(output)}
  let writer = await openWriter(flags, output, terminal)
  if (acknowledger) {
    const {AcknowledgingWriter} = await import('./acknowledge.ts')
    writer = new AcknowledgingWriter(writer, output, acknowledger)
  }
  if (translate === undefined) return {sink: new WriterSink(writer)}
  const {TranslatingSink} = await import('./translate.ts')
  return {sink: new TranslatingSink(translate, writer, warn)}
}

async function openWriter(flags: SinkFlags, output: OutputStream, terminal: boolean): Promise<Writer> {
  const {raw, json, dump, timestamp} = flags
  if (dump !== undefined) {
    const {FolderDump, StreamDump} = await import('./dump.ts')
    return dump === '-' ? new StreamDump(output) : new FolderDump(dump)
  }
  const parts = {headersOnly: flags['headers-only'], subjectsOnly: flags['subjects-only']}
  const look = {raw, timestamp, deltaTime: flags['delta-time'], ...parts, terminal}
  return json ? new JsonWriter(output, look) : new TextWriter(output, look)
}
