import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {Args} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {buildStream} from '../../lib/jetstream/stream-config/build.ts'
import {newStreamFlags} from '../../lib/jetstream/stream-config/flags.ts'
import {createStream, withoutServerMetadata} from '../../lib/jetstream/stream-config/make.ts'
import {checkStreamConfig} from '../../lib/jetstream/stream-config/validate.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {renderStreamInfo} from '../../lib/jetstream/stream-info.ts'

export default class StreamCopy extends NatsCommand {
  static override summary = 'Make a stream with the configuration of another one'
  static override description =
    'Messages and consumers are not copied. Give --subjects, because two streams cannot store the same ones.'
  static override aliases = ['stream:cp']
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS ORDERS-TEST --subjects "test.orders.>"']

  static override args = {
    source: Args.string({required: true, description: 'Stream to take the configuration of'}),
    destination: Args.string({required: true, description: 'Name of the new stream'}),
  }

  static override flags = {all, ...newStreamFlags}

  async run() {
    const {args, flags} = await this.parse(StreamCopy)
    if (args.source === args.destination) throw new UsageError('source and destination are the same stream')
    const api = await this.jetstream()
    const source = await pickStream(api, args.source, {all: flags.all})
    const {sealed: _, ...base} = withoutServerMetadata((await streamInfo(api, source)).config)
    const config = buildStream({...base, name: args.destination}, flags)
    checkStreamConfig(config)

    const info = await createStream(api, config)

    this.log(`Stream ${info.config.name} was created\n`)
    this.log(renderStreamInfo(info))
    return info
  }
}
