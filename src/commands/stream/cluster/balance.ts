import {NatsCommand} from '../../../lib/command.ts'
import {CliError, ExitCode} from '../../../lib/errors.ts'
import {Flags} from '../../../lib/flags.ts'
import {describePlan, type Move, planBalance} from '../../../lib/jetstream/balance.ts'
import {stepDown} from '../../../lib/jetstream/leader.ts'
import {isSystemStream} from '../../../lib/jetstream/name.ts'
import {streamInfo} from '../../../lib/jetstream/stream.ts'
import {findFlags, findStreams} from '../../../lib/jetstream/stream-find.ts'

export default class StreamClusterBalance extends NatsCommand {
  static override summary = 'Spread the leaders of streams evenly over the servers'
  static override description = 'Only the streams that match take part: all of them, when nothing is asked for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --cluster "^east" --replicas 3',
  ]

  static override flags = {
    all: Flags.boolean({char: 'a', allowNo: true, default: true, summary: 'The streams of buckets too'}),
    ...findFlags,
  }

  async run() {
    const {flags} = await this.parse(StreamClusterBalance)
    const api = await this.jetstream()
    const streams = (await findStreams(api, flags))
      .map(({config, cluster}) => ({name: config.name, cluster}))
      .filter(({name}) => flags.all || !isSystemStream(name))
    if (streams.length > 0 && streams.every(({cluster}) => !cluster?.name))
      throw new CliError('the streams are not clustered')
    const plans = planBalance(streams)

    const balanced: Move[] = []
    const failed: (Move & {error: string})[] = []
    for (const plan of plans) {
      for (const line of describePlan(plan)) this.notice(line)
      for (const move of plan.moves) {
        const error = await this.move(move)
        if (error) failed.push({...move, error})
        else balanced.push(move)
      }
    }

    this.log(`Balanced ${balanced.length} streams.`)
    const result = {balanced, failed}
    if (failed.length === 0) return result
    const exitCode = balanced.length > 0 ? ExitCode.Partial : ExitCode.Failed
    throw new CliError(`${failed.length} streams could not be moved`, {exitCode, result})
  }

  /** Moves one leader. @returns what went wrong, if something did */
  private async move({name, from, to}: Move): Promise<string | undefined> {
    const api = await this.jetstream()
    const group = {
      title: `stream '${name}'`,
      subject: `STREAM.LEADER.STEPDOWN.${name}`,
      cluster: async (timeout?: number) => (await streamInfo(api, name, timeout)).cluster,
    }
    this.notice(`Moving the leader of '${name}' from ${from} to ${to}`)
    try {
      await stepDown(api, group, {preferred: to, tell: (text) => this.notice(text)})
    } catch (error) {
      const {message} = error as Error
      this.warn(`Cannot move '${name}': ${message}`)
      return message
    }
  }
}
