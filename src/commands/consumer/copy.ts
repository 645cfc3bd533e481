import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {Args} from '../../lib/flags.ts'
import {buildConsumer} from '../../lib/jetstream/consumer-config/build.ts'
import {consumerFlags} from '../../lib/jetstream/consumer-config/flags.ts'
import {checkConsumer} from '../../lib/jetstream/consumer-config/validate.ts'
import {describeConsumer} from '../../lib/jetstream/consumer-text.ts'
import {consumerInfo, named, pickBoth, putConsumer} from '../../lib/jetstream/consumers.ts'
import {withoutServerMetadata} from '../../lib/jetstream/stream-config/make.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerCopy extends NatsCommand {
  static override summary = 'Make a consumer with the configuration of another one'

  static override description = 'What it has delivered is not copied: the new one starts where its policy says.'

  static override aliases = ['consumer:cp']

  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS DISPATCH DISPATCH-EU --filter orders.eu']

  static override args = {
    stream: Args.string({required: true, description: 'Stream of both'}),
    source: Args.string({required: true, description: 'Consumer to take the configuration of'}),
    destination: Args.string({required: true, description: 'Name of the new consumer'}),
  }

  static override flags = {all, ...consumerFlags}

  async run() {
    const {args, flags} = await this.parse(ConsumerCopy)
    if (args.source === args.destination) throw new UsageError('source and destination are the same consumer')
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, {stream: args.stream, consumer: args.source}, {all: flags.all})
    const source = withoutServerMetadata((await consumerInfo(api, stream, consumer)).config)
    const config = buildConsumer(named(source, args.destination, flags.ephemeral), flags)
    checkConsumer(config)

    const info = await putConsumer(api, stream, config)

    this.log(describeConsumer(info))
    return info
  }
}
