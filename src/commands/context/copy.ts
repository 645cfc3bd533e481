import {NatsCommand} from '../../lib/command.ts'
import {contextRecord, renderContext} from '../../lib/context/describe.ts'
import {saveGiven} from '../../lib/context/save.ts'
import {selectContext} from '../../lib/context/store.ts'
import {tryConnection} from '../../lib/context/try-connection.ts'
import {Args, Flags} from '../../lib/flags.ts'

export default class ContextCopy extends NatsCommand {
  static override summary = 'Copy a context, with the settings that are given changed'
  static override description =
    'The new name must not be taken. As with `context add`, the NATS_… variables that are set count as given.'
  static override aliases = ['cp']
  static override examples = [
    '<%= config.bin %> <%= command.id %> prod staging --server nats://staging.example.net --description staging',
  ]
  static override args = {
    source: Args.string({description: 'Context to copy', required: true}),
    name: Args.string({description: 'Name of the copy', required: true}),
  }
  static override flags = {
    description: Flags.string({summary: 'What the connection is, for lists', helpValue: 'TEXT'}),
    select: Flags.boolean({summary: 'Select it, and try to connect with it'}),
    embed: Flags.boolean({
      summary: 'Keep the contents of credentials, key and certificate files in it, not their names',
    }),
  }

  async run() {
    const {args, flags} = await this.parse(ContextCopy)

    const {saved, variables} = await saveGiven(args.name, flags, args.source)
    if (flags.select) await selectContext(args.name)
    const attempt = flags.select ? await tryConnection(saved, flags, (text) => this.warn(text)) : undefined

    this.log(renderContext(saved, attempt))
    if (variables.length > 0) this.warn(`WARNING: taken from the environment and saved: ${variables.join(', ')}`)
    return contextRecord(saved, attempt)
  }
}
