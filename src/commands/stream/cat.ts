import {NatsCommand} from '../../lib/command.ts'
import {Args, count, Flags} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {rangeFlags, sliceOf} from '../../lib/jetstream/read/range.ts'
import {StreamReader} from '../../lib/jetstream/read/reader.ts'
import {MessageWriter} from '../../lib/jetstream/read/writer.ts'

export default class StreamCat extends NatsCommand {
  static override summary = 'Write the messages of a stream, or a part of them, to stdout'

  static override description = `It ends with the message that was the last one when it began, or goes on with --follow.

Nothing is lost or repeated when a server restarts or the stream gets another leader meanwhile. With --json each message is a line that publish --ndjson takes.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS --from 2h --subject "orders.eu.>" --raw',
    '<%= config.bin %> <%= command.id %> ORDERS --last 10 --follow',
    '<%= config.bin %> <%= command.id %> ORDERS --json | <%= config.bin %> --context other publish --ndjson',
  ]

  static override args = {
    stream: Args.string({description: 'Stream to read'}),
  }

  static override flags = {
    ...rangeFlags,
    limit: count({summary: 'End after so many messages'}),
    raw: Flags.boolean({summary: 'Only the bodies, each ended by a newline'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamCat)
    const {follow, limit = Infinity, raw} = flags
    const interrupt = follow ? this.interrupt : undefined
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream)
    const slice = await sliceOf(api, stream, flags)
    if (!slice || limit === 0) return

    const writer = new MessageWriter(stream, raw ? 'raw' : this.jsonOutput ? 'json' : 'text')
    const {output} = writer
    let written = 0
    const sink = writer.sink((frame, delivery) => {
      writer.writeFrame(frame, delivery)
      return ++written >= limit
    })
    const reader = new StreamReader(api, (text) => void this.warn(text))
    await Promise.race([reader.read(slice, sink, interrupt), output.failed])
    await output.end()
  }
}
