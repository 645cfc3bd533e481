import {writeFile} from 'node:fs/promises'
import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {isSystemStream} from '../../lib/jetstream/name.ts'
import {listStreams} from '../../lib/jetstream/stream.ts'
import {streamWarnings} from '../../lib/jetstream/stream-health.ts'
import {
  leadersOf,
  renderLeaders,
  renderReplication,
  renderReport,
  replicationsOf,
  sortStreams,
  toDot,
} from '../../lib/jetstream/stream-report.ts'

const MOST_WARNINGS = 40

export default class StreamReport extends NatsCommand {
  static override summary = 'Show what all streams hold, where they are kept, and what they copy'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --messages --leaders',
    '<%= config.bin %> <%= command.id %> --dot streams.dot',
  ]

  static override flags = {
    all: Flags.boolean({char: 'a', allowNo: true, default: true, summary: 'The streams of buckets too'}),
    subject: Flags.string({helpValue: 'SUBJECT', summary: 'Only streams that store this subject'}),
    cluster: Flags.string({helpValue: 'NAME', summary: 'Only streams in this cluster'}),
    consumers: Flags.boolean({char: 'o', summary: 'Order by number of consumers'}),
    messages: Flags.boolean({char: 'm', summary: 'Order by number of messages'}),
    name: Flags.boolean({char: 'n', summary: 'Order by name'}),
    storage: Flags.boolean({char: 't', summary: 'Order by kind of storage'}),
    raw: Flags.boolean({char: 'r', summary: 'Show whole numbers, without separators and units'}),
    dot: Flags.string({helpValue: 'FILE', summary: 'Write what copies what to a file, for Graphviz'}),
    leaders: Flags.boolean({char: 'l', summary: 'Show how many streams each server leads'}),
  }

  async run() {
    const {flags} = await this.parse(StreamReport)
    const {items, missing, offline} = await listStreams(await this.jetstream(), flags.subject)
    const order = (['consumers', 'messages', 'name', 'storage'] as const).find((name) => flags[name]) ?? 'bytes'
    const streams = sortStreams(items, order).filter(
      ({config, cluster}) =>
        (flags.all || !isSystemStream(config.name)) && (flags.cluster ?? cluster?.name) === cluster?.name,
    )
    const replication = replicationsOf(streams)
    const leaders = leadersOf(streams)
    if (flags.dot) await writeFile(flags.dot, toDot(replication))

    const look = {raw: flags.raw, scheme: (await this.settings()).colors?.value}
    this.log(streams.length > 0 ? `${renderReport(streams, look)}\n` : 'No Streams defined')
    if (replication.length > 0) this.log(`${renderReplication(replication, look)}\n`)
    if (flags.leaders && leaders.length > 0) this.log(`${renderLeaders(leaders, look.scheme)}\n`)
    this.tellWarnings([
      ...streams.flatMap((info) => streamWarnings(info).map((warning) => `${info.config.name} ${warning}`)),
      ...missing.map((name) => `${name} cannot be reached: it has no leader, or is too slow`),
      ...Object.entries(offline).map(([name, reason]) => `${name} is offline: ${reason}`),
    ])
    return {streams, replication, leaders, missing, offline}
  }

  /** As many as a person reads; --json has what all of them are about. */
  private tellWarnings(warnings: string[]): void {
    for (const warning of warnings.slice(0, MOST_WARNINGS)) this.notice(`WARNING: ${warning}`)
    if (warnings.length > MOST_WARNINGS) this.notice(`WARNING: and ${warnings.length - MOST_WARNINGS} more`)
  }
}
