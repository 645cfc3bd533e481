import {NatsCommand} from '../../lib/command.ts'
import {CliError, UsageError} from '../../lib/errors.ts'
import {Args, force} from '../../lib/flags.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {askChoice} from '../../lib/output/ask.ts'

export default class ConsumerUnpin extends NatsCommand {
  static override summary = 'Let another client take over a pinned priority group'

  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS PINNED primary --force']

  static override args = {
    ...consumerArgs,
    group: Args.string({description: 'Priority group to take the client from'}),
  }

  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(ConsumerUnpin)
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all, select: !flags.force})
    const {config, priority_groups} = await consumerInfo(api, stream, consumer)
    if (config.priority_policy !== 'pinned_client')
      throw new UsageError(`${stream} > ${consumer} pins no clients: it has no --pinned-groups`)
    const pinned = (priority_groups ?? []).filter(({pinned_client_id}) => pinned_client_id)
    if (pinned.length === 0) throw new CliError('no priority group has a pinned client')
    const choices = pinned.map(({group}) => ({name: group, value: group}))
    const group = args.group ?? (await askChoice('Select a Group', 'the argument GROUP', choices, choices[0]!.value))
    const client = pinned.find((each) => each.group === group)?.pinned_client_id
    if (!client) throw new CliError(`priority group ${JSON.stringify(group)} has no pinned client`)
    await this.confirm(`Really unpin client ${client} from ${stream} > ${consumer} > ${group}?`, flags)

    await api.request(`CONSUMER.UNPIN.${stream}.${consumer}`, {group})

    this.log(`Unpinned client ${client} from Priority Group ${stream} > ${consumer} > ${group}`)
    return {stream, consumer, group, client}
  }
}
