import {NatsCommand} from '../../lib/command.ts'
import {count, Flags, force} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {renderStreamState} from '../../lib/jetstream/stream-info.ts'
import {number} from '../../lib/output/human.ts'

export default class StreamPurge extends NatsCommand {
  static override summary = 'Delete messages of a stream, and keep the stream'
  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS --keep 100 --force',
    '<%= config.bin %> <%= command.id %> ORDERS --subject "orders.eu.>" --force',
  ]

  static override args = {stream: streamArg}

  static override flags = {
    all,
    force,
    subject: Flags.string({helpValue: 'SUBJECT', summary: 'Delete only messages on this subject'}),
    seq: count({helpValue: 'SEQUENCE', summary: 'Delete messages below this sequence', exclusive: ['keep']}),
    keep: count({helpValue: 'MESSAGES', summary: 'Keep the newest messages, so many of them'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamPurge)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    await this.confirm(`Really purge Stream ${stream}?`, flags)

    // Nothing is below the first sequence, but to the server 0 and 1 are no limit at all: it would delete everything.
    const isNothing = flags.seq !== undefined && flags.seq <= 1
    const request = {filter: flags.subject, seq: flags.seq, keep: flags.keep}
    const {purged} = isNothing ? {purged: 0} : await api.request<{purged?: number}>(`STREAM.PURGE.${stream}`, request)
    const info = await streamInfo(api, stream)

    this.log(`Purged ${number(purged ?? 0)} messages from ${stream}\n`)
    this.log(renderStreamState(info))
    return {...info, purged: purged ?? 0}
  }
}
