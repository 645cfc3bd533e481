import {NatsCommand} from '../../lib/command.ts'
import {CliError, UsageError} from '../../lib/errors.ts'
import {Args, count, duration, Flags} from '../../lib/flags.ts'
import type {Acknowledgement} from '../../lib/jetstream/consume/acknowledger.ts'
import {takeMessages} from '../../lib/jetstream/consume/take.ts'
import {isPush} from '../../lib/jetstream/consumer-config/config.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {OutputStream} from '../../lib/output/stream.ts'

export default class ConsumerNext extends NatsCommand {
  static override summary = 'Take messages from a pull consumer, print and acknowledge them'

  static override description =
    'Waits for messages as long as --timeout says. A message is acknowledged when it has been printed.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --count 5 --raw --timeout 1s',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH --no-ack --json | jq -r .data',
  ]

  static override args = {
    stream: Args.string({required: true, description: 'Stream of the consumer'}),
    consumer: Args.string({required: true, description: 'Consumer to take messages from'}),
  }

  static override flags = {
    all,
    ack: Flags.boolean({allowNo: true, summary: 'Acknowledge the messages (the default)'}),
    nak: Flags.boolean({summary: 'Refuse the messages: they are delivered again'}),
    term: Flags.boolean({summary: 'Refuse the messages for good: they are not delivered again'}),
    raw: Flags.boolean({char: 'r', summary: 'Only the bodies, each ended by a newline'}),
    wait: duration({summary: 'Let a random time of up to this pass before a message is acknowledged'}),
    count: count({default: 1, summary: 'Take so many messages'}),
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerNext)
    const acknowledge = acknowledgement(flags)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all})
    const info = await consumerInfo(api, stream, consumer)
    if (isPush(info.config))
      throw new CliError(`${stream} > ${consumer} is a push consumer`, {
        hint: `see what it pushes: nats consumer sub ${stream} ${consumer}`,
      })
    const needless = info.config.ack_policy === 'none'
    if (needless && (flags.nak || flags.term))
      throw new UsageError(`${stream} > ${consumer} wants no acknowledgements, so --nak and --term mean nothing to it`)

    const output = new OutputStream()
    try {
      await takeMessages(api, info, output, {
        form: this.jsonOutput ? 'json' : flags.raw ? 'raw' : 'text',
        acknowledge: needless ? undefined : acknowledge,
        count: flags.count,
        timeout: api.timeout,
        delay: flags.wait,
        warn: (text) => void this.warn(text),
      })
    } finally {
      await output.end()
    }
  }
}

function acknowledgement(flags: {ack?: boolean; nak?: boolean; term?: boolean}): Acknowledgement | undefined {
  if (flags.nak && flags.term) throw new UsageError('--nak contradicts --term')
  const given = flags.nak ? '--nak' : flags.term ? '--term' : undefined
  if (given && flags.ack === false) throw new UsageError(`--no-ack contradicts ${given}`)
  if (given && flags.ack) throw new UsageError(`--ack contradicts ${given}`)
  if (flags.ack === false) return undefined
  return flags.nak ? '-NAK' : flags.term ? '+TERM' : '+ACK'
}
