import {NatsCommand} from '../../lib/command.ts'
import {CliError} from '../../lib/errors.ts'
import {Args, force} from '../../lib/flags.ts'
import {pauseUntil} from '../../lib/jetstream/consumer-config/time.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {pickBoth} from '../../lib/jetstream/consumers.ts'
import {checkVersion} from '../../lib/jetstream/requirements.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {askText} from '../../lib/output/ask.ts'
import {dateTime, duration} from '../../lib/output/human.ts'

const HOUR = 3_600_000

export default class ConsumerPause extends NatsCommand {
  static override summary = 'Deliver nothing from a consumer for a while'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH 1h --force',
    '<%= config.bin %> <%= command.id %> ORDERS DISPATCH 2030-01-01T00:00:00Z --force',
  ]

  static override args = {
    ...consumerArgs,
    until: Args.string({description: 'How long (1h), or until when; a time without a zone is UTC'}),
  }

  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(ConsumerPause)
    if (args.until) pauseUntil(args.until, new Date())
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags.force})
    const inAnHour = new Date(Date.now() + HOUR).toISOString().slice(0, 19).replace('T', ' ')
    const answer = args.until ?? (await askText('Pause until (time or duration)', 'the argument UNTIL', inAnHour))
    const until = pauseUntil(answer, new Date())
    checkVersion(api.connection.info!.version, [{what: 'pausing a consumer', version: '2.11.0'}])
    await this.confirm(`Really pause Consumer ${stream} > ${consumer} until ${dateTime(until)}?`, flags)

    const {type: _, ...paused} = await api.request<{
      type?: string
      paused?: boolean
      pause_until?: string
      pause_remaining?: number
    }>(`CONSUMER.PAUSE.${stream}.${consumer}`, {pause_until: until.toISOString()})
    if (!paused.paused) throw new CliError(`${stream} > ${consumer} was not paused: ${dateTime(until)} is in the past`)

    this.log(`Paused ${stream} > ${consumer} until ${dateTime(until)} (${duration(remaining(paused))})`)
    return {stream, consumer, ...paused}
  }
}

/** Whole seconds, in milliseconds. */
const remaining = ({pause_remaining = 0}: {pause_remaining?: number}) => Math.round(pause_remaining / 1e9) * 1000
