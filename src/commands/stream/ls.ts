import {NatsCommand} from '../../lib/command.ts'
import {Flags} from '../../lib/flags.ts'
import {isSystemStream} from '../../lib/jetstream/name.ts'
import {listStreams, streamNames} from '../../lib/jetstream/stream.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {renderStreams} from '../../lib/jetstream/stream-table.ts'

export default class StreamLs extends NatsCommand {
  static override summary = 'List the streams'
  static override description =
    'The table leaves out the streams of buckets unless --all is given; names and JSON have them always.'
  static override aliases = ['stream:list', 'stream:l']
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --names --subject orders.new',
  ]

  static override flags = {
    all,
    subject: Flags.string({helpValue: 'SUBJECT', summary: 'Only streams that store this subject'}),
    names: Flags.boolean({char: 'n', summary: 'Print the names only'}),
  }

  async run() {
    const {flags} = await this.parse(StreamLs)
    const api = await this.jetstream()
    // Names alone need no look at each stream.
    if (flags.names || this.jsonOutput) {
      const names = await streamNames(api, flags.subject)
      if (names.length > 0) this.log(names.join('\n'))
      return names
    }
    const {items, missing, offline} = await listStreams(api, flags.subject)
    const shown = items.filter(({config}) => flags.all || !isSystemStream(config.name))
    const title = flags.subject ? `Streams matching ${flags.subject}` : 'Streams'
    const {colors} = await this.settings()

    this.log(shown.length > 0 ? `${renderStreams(title, shown, colors?.value)}\n` : 'No Streams defined')
    for (const name of missing) this.warn(`WARNING: ${name} cannot be reached: it has no leader, or is too slow`)
    for (const [name, reason] of Object.entries(offline)) this.warn(`WARNING: ${name} is offline: ${reason}`)
  }
}
