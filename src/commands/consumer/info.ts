import {NatsCommand} from '../../lib/command.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {consumerWarnings} from '../../lib/jetstream/consumer-info.ts'
import {describeConsumer} from '../../lib/jetstream/consumer-text.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all, noSelect} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerInfo extends NatsCommand {
  static override summary = 'Show configuration and state of a consumer'

  static override aliases = ['consumer:nfo']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --json | jq .num_pending',
  ]

  static override args = consumerArgs

  static override flags = {
    all,
    'no-select': noSelect,
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerInfo)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags['no-select']})

    const info = await consumerInfo(api, stream, consumer)

    this.log(describeConsumer(info))
    for (const warning of consumerWarnings(info)) this.notice(`WARNING: ${stream} > ${consumer} ${warning}`)
    return info
  }
}
