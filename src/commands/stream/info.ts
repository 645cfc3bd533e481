import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {all, noSelect, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {streamWarnings} from '../../lib/jetstream/stream-health.ts'
import {renderStreamInfo, renderStreamState} from '../../lib/jetstream/stream-info.ts'

export default class StreamInfo extends NatsCommand {
  static override summary = 'Show the configuration and the state of a stream'
  static override aliases = ['stream:nfo', 'stream:i']
  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS --json > orders.json',
  ]

  static override args = {stream: streamArg}

  static override flags = {
    all,
    state: Flags.boolean({summary: 'Show the state only'}),
    'no-select': noSelect,
  }

  async run() {
    const {args, flags} = await this.parse(StreamInfo)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags['no-select']})
    const info = await streamInfo(api, stream)

    this.log(flags.state ? renderStreamState(info) : renderStreamInfo(info))
    for (const warning of streamWarnings(info)) this.notice(`WARNING: ${stream} ${warning}`)
    return info
  }
}
