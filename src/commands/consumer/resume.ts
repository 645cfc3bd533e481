import {NatsCommand} from '../../lib/command.ts'
import {CliError} from '../../lib/errors.ts'
import {force} from '../../lib/flags.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {dateTime} from '../../lib/output/human.ts'

export default class ConsumerResume extends NatsCommand {
  static override summary = 'End the pause of a consumer'

  static override examples = [
    '<%= config.bin %> consumer pause ORDERS DISPATCH 1h -f && <%= config.bin %> <%= command.id %> ORDERS DISPATCH -f',
  ]

  static override args = consumerArgs

  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(ConsumerResume)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags.force})
    const {paused, config} = await consumerInfo(api, stream, consumer)
    if (!paused) throw new CliError(`${stream} > ${consumer} is not paused`)
    const until = dateTime(new Date(config.pause_until!))
    await this.confirm(`Really resume Consumer ${stream} > ${consumer}, paused until ${until}?`, flags)

    await api.request(`CONSUMER.PAUSE.${stream}.${consumer}`)

    this.log(`Consumer ${stream} > ${consumer} was resumed while previously paused until ${until}`)
    return {stream, consumer, paused: false, paused_until: config.pause_until}
  }
}
