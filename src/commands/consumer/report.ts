import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {streamArg} from '../../lib/jetstream/consumer-flags.ts'
import {consumerWarnings} from '../../lib/jetstream/consumer-info.ts'
import {leadersTable, reportTable} from '../../lib/jetstream/consumer-tables.ts'
import {listConsumers} from '../../lib/jetstream/consumers.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerReport extends NatsCommand {
  static override summary = 'Show how far all consumers of a stream have come'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS --leaders',
  ]

  static override args = {stream: streamArg}

  static override flags = {
    all,
    raw: Flags.boolean({char: 'r', summary: 'Show numbers as they are, without separators and shares'}),
    leaders: Flags.boolean({char: 'l', summary: 'Show as well how many consumers each server leads'}),
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerReport)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})

    const [{state}, {items, missing, offline}] = await Promise.all([
      streamInfo(api, stream),
      listConsumers(api, stream),
    ])

    const scheme = this.globals.colors
    this.log(reportTable(items, {stream, messages: state.messages, raw: flags.raw, scheme}))
    if (flags.leaders && items.some(({cluster}) => cluster?.leader)) this.log(`\n${leadersTable(items, scheme)}`)
    for (const info of items)
      for (const warning of consumerWarnings(info)) this.notice(`WARNING: ${stream} > ${info.name} ${warning}`)
    for (const name of missing)
      this.warn(`WARNING: ${stream} > ${name} cannot be reached: it has no leader, or is too slow`)
    for (const [name, reason] of Object.entries(offline))
      this.warn(`WARNING: ${stream} > ${name} is offline: ${reason}`)
    return items
  }
}
