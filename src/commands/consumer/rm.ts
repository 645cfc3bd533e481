import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {force} from '../../lib/flags.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {pickBoth} from '../../lib/jetstream/consumers.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerRm extends NatsCommand {
  static override summary = 'Remove a consumer'

  static override aliases = ['consumer:delete', 'consumer:del']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --force',
  ]

  static override args = consumerArgs

  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(ConsumerRm)
    if (flags.force && !(args.stream && args.consumer))
      throw new UsageError('--force needs the names of the stream and of the consumer')
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags.force})
    await this.confirm(`Really delete Consumer ${stream} > ${consumer}?`, flags)

    await api.request(`CONSUMER.DELETE.${stream}.${consumer}`)

    return {stream, consumer, deleted: true}
  }
}
