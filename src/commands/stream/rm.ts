import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {force} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'

export default class StreamRm extends NatsCommand {
  static override summary = 'Delete a stream with all its messages and consumers'
  static override aliases = ['stream:delete', 'stream:del']
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS --force']

  static override args = {stream: streamArg}
  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(StreamRm)
    if (flags.force && !args.stream) throw new UsageError('--force needs the name of the stream')
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    await this.confirm(`Really delete Stream ${stream}?`, flags)

    await api.request(`STREAM.DELETE.${stream}`)

    this.notice(`Deleted Stream ${stream}`)
    return {stream, deleted: true}
  }
}
