import {NatsCommand} from '../../../lib/command.ts'
import {CliError, ExitCode} from '../../../lib/errors.ts'
import type {JetStreamApi} from '../../../lib/jetstream/api.ts'
import {describePlan, type Move, planBalance} from '../../../lib/jetstream/balance.ts'
import {consumerFilter, findFlags} from '../../../lib/jetstream/consumer-find.ts'
import {streamArg} from '../../../lib/jetstream/consumer-flags.ts'
import {consumerGroup, listConsumers} from '../../../lib/jetstream/consumers.ts'
import {stepDown} from '../../../lib/jetstream/leader.ts'
import {pickStream} from '../../../lib/jetstream/pick.ts'
import {all} from '../../../lib/jetstream/stream-flags.ts'

export default class ConsumerClusterBalance extends NatsCommand {
  static override summary = 'Spread the leaders of the consumers of a stream evenly over the servers'

  static override description = 'Only the consumers that match take part: all of them, when nothing is asked for.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS --pull --replicas 3',
  ]

  static override args = {stream: streamArg}

  static override flags = {all, ...findFlags}

  async run() {
    const {args, flags} = await this.parse(ConsumerClusterBalance)
    const matches = consumerFilter(flags)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})
    const consumers = (await listConsumers(api, stream)).items.filter(matches)
    if (consumers.length === 0) this.notice(`No consumers on ${stream}`)
    else if (consumers.every(({cluster}) => !cluster?.name))
      throw new CliError(`the consumers of ${stream} are not clustered`)

    const balanced: Move[] = []
    const failed: (Move & {error: string})[] = []
    for (const plan of planBalance(consumers)) {
      for (const line of describePlan(plan)) this.notice(line)
      for (const move of plan.moves) {
        const error = await this.move(api, stream, move)
        if (error) failed.push({...move, error})
        else balanced.push(move)
      }
    }

    this.log(`Balanced ${balanced.length} consumers on ${stream}`)
    const result = {balanced, failed}
    if (failed.length === 0) return result
    const exitCode = balanced.length > 0 ? ExitCode.Partial : ExitCode.Failed
    throw new CliError(`${failed.length} consumers could not be moved`, {exitCode, result})
  }

  /** Moves one leader. @returns what went wrong, if something did */
  private async move(api: JetStreamApi, stream: string, {name, from, to}: Move): Promise<string | undefined> {
    this.notice(`Moving the leader of '${name}' from ${from} to ${to}`)
    try {
      const tell = (text: string) => this.notice(text)
      await stepDown(api, consumerGroup(api, stream, name), {preferred: to, tell})
    } catch (error) {
      const {message} = error as Error
      this.warn(`Cannot move '${name}': ${message}`)
      return message
    }
  }
}
