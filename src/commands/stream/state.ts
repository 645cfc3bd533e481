import {NatsCommand} from '../../lib/command.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {all, noSelect, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {streamWarnings} from '../../lib/jetstream/stream-health.ts'
import {renderStreamState} from '../../lib/jetstream/stream-info.ts'

export default class StreamState extends NatsCommand {
  static override summary = 'Show how much a stream holds'
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS']

  static override args = {stream: streamArg}
  static override flags = {all, 'no-select': noSelect}

  async run() {
    const {args, flags} = await this.parse(StreamState)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags['no-select']})
    const info = await streamInfo(api, stream)

    this.log(renderStreamState(info))
    for (const warning of streamWarnings(info)) this.notice(`WARNING: ${stream} ${warning}`)
    return info
  }
}
