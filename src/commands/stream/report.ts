import {writeFile} from 'node:fs/promises'
import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
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

export default class StreamReport extends NatsCommand {
  static override summary = 'Show what all streams hold, where they are kept, and what they copy'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --messages --leaders',
    '<%= config.bin %> <%= command.id %> --dot streams.dot',
  ]

  static override flags = {
    all: Flags.boolean({char: 'a', hidden: true, summary: 'Streams of buckets are in the report always'}),
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
      ({cluster}) => flags.cluster === undefined || cluster?.name === flags.cluster,
    )
    const replication = replicationsOf(streams)
    const leaders = leadersOf(streams)
    if (flags.dot) await writeFile(flags.dot, toDot(replication))

    const look = {raw: flags.raw, scheme: (await this.settings()).colors?.value}
    this.log(streams.length > 0 ? `${renderReport(streams, look)}\n` : 'No Streams defined')
    if (replication.length > 0) this.log(`${renderReplication(replication, look)}\n`)
    if (flags.leaders && leaders.length > 0) this.log(`${renderLeaders(leaders, look.scheme)}\n`)
    for (const info of streams)
      for (const warning of streamWarnings(info)) this.notice(`WARNING: ${info.config.name} ${warning}`)
    for (const name of missing) this.notice(`WARNING: ${name} cannot be reached: it has no leader, or is too slow`)
    for (const [name, reason] of Object.entries(offline)) this.notice(`WARNING: ${name} is offline: ${reason}`)
    return {streams, replication, leaders, missing, offline}
  }
}
