import {NatsCommand} from '../../lib/command.ts'
import {count, force} from '../../lib/flags.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {readConsumer} from '../../lib/jetstream/consumer-info.ts'
import {describeState} from '../../lib/jetstream/consumer-text.ts'
import {pickBoth} from '../../lib/jetstream/consumers.ts'
import {checkVersion} from '../../lib/jetstream/requirements.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerReset extends NatsCommand {
  static override summary = 'Let a consumer begin again, or go on at a sequence'

  static override description =
    'Without --sequence it goes on after the last message that was acknowledged, and forgets what is outstanding.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --force',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --sequence 5 --force',
  ]

  static override args = consumerArgs

  static override flags = {
    all,
    sequence: count({summary: 'Sequence in the stream of the next message to deliver'}),
    force,
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerReset)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags.force})
    checkVersion(api.connection.info!.version, [{what: 'the reset of a consumer', version: '2.14.0'}])
    await this.confirm(`Really reset the Consumer ${stream} > ${consumer}?`, flags)

    const payload = flags.sequence ? {seq: flags.sequence} : undefined
    const info = readConsumer(await api.request(`CONSUMER.RESET.${stream}.${consumer}`, payload))

    this.log(describeState(info))
    return info
  }
}
