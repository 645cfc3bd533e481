import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {streamArg} from '../../lib/jetstream/consumer-flags.ts'
import {consumerTable} from '../../lib/jetstream/consumer-tables.ts'
import {listConsumers} from '../../lib/jetstream/consumers.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {all, noSelect} from '../../lib/jetstream/stream-flags.ts'

export default class ConsumerLs extends NatsCommand {
  static override summary = 'List the consumers of a stream'

  static override aliases = ['consumer:list']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS --names',
  ]

  static override args = {
    stream: streamArg,
  }

  static override flags = {
    all,
    names: Flags.boolean({char: 'n', summary: 'Only the names'}),
    'no-select': noSelect,
  }

  async run() {
    const {args, flags} = await this.parse(ConsumerLs)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags['no-select']})

    if (flags.names || this.jsonOutput) {
      const names = (await api.list<string>(`CONSUMER.NAMES.${stream}`, 'consumers')).items.sort()
      for (const name of names) this.log(name)
      return names
    }
    const {items, missing, offline} = await listConsumers(api, stream)

    this.log(items.length > 0 ? consumerTable(items, this.globals.colors) : 'No Consumers defined')
    for (const name of missing)
      this.warn(`WARNING: ${stream} > ${name} cannot be reached: it has no leader, or is too slow`)
    for (const [name, reason] of Object.entries(offline))
      this.warn(`WARNING: ${stream} > ${name} is offline: ${reason}`)
    return items.map(({name}) => name)
  }
}
