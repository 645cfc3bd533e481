import {NatsCommand} from '../../lib/command.ts'
import {Args, force} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {updateStream} from '../../lib/jetstream/stream-config/make.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {renderStreamInfo} from '../../lib/jetstream/stream-info.ts'

export default class StreamSeal extends NatsCommand {
  static override summary = 'Close a stream for ever: nothing can be added, changed or deleted any more'
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS --force']

  static override args = {stream: Args.string({required: true, description: 'Name of the stream'})}
  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(StreamSeal)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    await this.confirm(`Really seal Stream ${stream}, sealed streams can not be unsealed or modified?`, flags)

    const {config} = await streamInfo(api, stream)
    const info = await updateStream(api, config, {...config, sealed: true})

    this.log(renderStreamInfo(info))
    return info
  }
}
