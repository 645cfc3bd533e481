import {NatsCommand} from '../../../lib/command.ts'
import {Flags, force} from '../../../lib/flags.ts'
import {consumerArgs} from '../../../lib/jetstream/consumer-flags.ts'
import {describeConsumer} from '../../../lib/jetstream/consumer-text.ts'
import {consumerGroup, consumerInfo, pickBoth} from '../../../lib/jetstream/consumers.ts'
import {stepDown} from '../../../lib/jetstream/leader.ts'
import {all} from '../../../lib/jetstream/stream-flags.ts'

export default class ConsumerClusterStepDown extends NatsCommand {
  static override summary = 'Let another replica of a consumer lead'

  static override aliases = ['elect', 'down', 'd'].map((name) => `consumer:cluster:${name}`)

  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS DISPATCH']

  static override args = consumerArgs

  static override flags = {
    all,
    preferred: Flags.string({helpValue: 'SERVER', summary: 'The server that is to lead'}),
    force: {...force, summary: 'Never offer a list of consumers'},
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerClusterStepDown)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags.force})

    const tell = (text: string) => this.notice(text)
    await stepDown(api, consumerGroup(api, stream, consumer), {preferred: flags.preferred, tell})
    const info = await consumerInfo(api, stream, consumer)

    this.log(describeConsumer(info))
    return info
  }
}
