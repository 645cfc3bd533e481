import {NatsCommand} from '../../lib/command.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {consumerWarnings} from '../../lib/jetstream/consumer-info.ts'
import {describeState} from '../../lib/jetstream/consumer-text.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all, noSelect} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerState extends NatsCommand {
  static override summary = 'Show how far a consumer has come'

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
    const {args, flags} = await this.parse(ConsumerState)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags['no-select']})

    const info = await consumerInfo(api, stream, consumer)

    this.log(describeState(info))
    for (const warning of consumerWarnings(info)) this.notice(`WARNING: ${stream} > ${consumer} ${warning}`)
    return info
  }
}
