import {NatsCommand} from '../../lib/command.ts'
import {count, Flags} from '../../lib/flags.ts'
import {isSystemStream} from '../../lib/jetstream/name.ts'
import {findFlags, findStreams} from '../../lib/jetstream/stream-find.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {renderStreams} from '../../lib/jetstream/stream-table.ts'

export default class StreamFind extends NatsCommand {
  static override summary = 'List the streams that have certain properties'
  static override description =
    'All that is asked for must hold. The table leaves out the streams of buckets unless --all is given.'
  static override aliases = ['stream:query']
  static override examples = [
    '<%= config.bin %> <%= command.id %> --empty --idle 7d --names',
    `<%= config.bin %> <%= command.id %> --expression 'state.messages > 1000 and config.storage == "memory"'`,
  ]

  static override flags = {
    all,
    ...findFlags,
    'api-level': count({summary: 'That need at least this level of the JetStream API'}),
    names: Flags.boolean({char: 'n', summary: 'Print the names only'}),
  }

  async run() {
    const {flags} = await this.parse(StreamFind)
    const found = await findStreams(await this.jetstream(), flags)
    const names = found.map(({config}) => config.name).sort()
    const shown = found.filter(({config}) => flags.all || !isSystemStream(config.name))
    const {colors} = await this.settings()

    if (flags.names) {
      if (names.length > 0) this.log(names.join('\n'))
    } else this.log(shown.length > 0 ? `${renderStreams('Streams', shown, colors?.value)}\n` : 'No Streams found')
    return names
  }
}
