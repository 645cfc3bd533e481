import {NatsCommand} from '../../lib/command.ts'
import {count} from '../../lib/flags.ts'
import {consumerFilter, findFlags} from '../../lib/jetstream/consumer-find.ts'
import {streamArg} from '../../lib/jetstream/consumer-flags.ts'
import {listConsumers} from '../../lib/jetstream/consumers.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerFind extends NatsCommand {
  static override summary = 'Find the consumers of a stream that are as described'

  static override aliases = ['consumer:query']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS --pull --ack-pending 1 --invert',
    `<%= config.bin %> <%= command.id %> ORDERS --expression 'state.num_pending > 1000'`,
  ]

  static override args = {stream: streamArg}

  static override flags = {
    all,
    ...findFlags,
    'api-level': count({summary: 'Those that need this level of the JetStream API, or a higher one'}),
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerFind)
    const matches = consumerFilter(flags)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})

    const {items, missing} = await listConsumers(api, stream)
    const names = items.filter(matches).map(({name}) => name)

    for (const name of names) this.log(name)
    for (const name of missing)
      this.warn(`WARNING: ${stream} > ${name} cannot be reached: it has no leader, or is too slow`)
    return names
  }
}
