import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {receiveMessages, takeMessages} from '../../lib/jetstream/consume/take.ts'
import {isPush} from '../../lib/jetstream/consumer-config/config.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {duration} from '../../lib/output/human.ts'
import {OutputStream} from '../../lib/output/stream.ts'

export default class ConsumerSub extends NatsCommand {
  static override summary = 'Print what a push consumer sends, or one message of a pull consumer'

  static override hidden = true

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --raw --no-ack',
  ]

  static override args = consumerArgs

  static override flags = {
    all,
    ack: Flags.boolean({allowNo: true, default: true, summary: 'Acknowledge the messages'}),
    raw: Flags.boolean({char: 'r', summary: 'Only the bodies, each ended by a newline'}),
    'deliver-group': Flags.string({helpValue: 'GROUP', summary: "Queue group to be in, instead of the consumer's own"}),
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerSub)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all})
    const info = await consumerInfo(api, stream, consumer)
    const {ack_policy: policy, ack_wait: wait = 0, deliver_subject: subject} = info.config
    // A consumer with flow control as its acknowledgement gets it from that.
    const acknowledge = flags.ack && (policy === 'explicit' || policy === 'all') ? ('+ACK' as const) : undefined
    const options = {
      form: this.jsonOutput ? ('json' as const) : flags.raw ? ('raw' as const) : ('text' as const),
      acknowledge,
      timeout: api.timeout,
      warn: (text: string) => void this.warn(text),
    }

    const output = new OutputStream()
    try {
      if (!isPush(info.config)) return await takeMessages(api, info, output, {...options, count: 1})
      const {interrupt} = this
      const confirmed = acknowledge ? `acknowledged within ${duration(wait / 1e6)}` : 'not acknowledged'
      this.notice(`Subscribing to ${subject}: messages are ${confirmed}`)
      await receiveMessages(api, info, output, {...options, quiet: true, group: flags['deliver-group'], interrupt})
    } finally {
      await output.end()
    }
  }
}
