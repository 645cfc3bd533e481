import {NatsCommand} from '../../lib/command.ts'
import {contextRecord, renderContext} from '../../lib/context/describe.ts'
import {saveGiven} from '../../lib/context/save.ts'
import {selectContext} from '../../lib/context/store.ts'
import {tryConnection} from '../../lib/context/try-connection.ts'
import {Args, Flags} from '../../lib/flags.ts'

export default class ContextAdd extends NatsCommand {
  static override summary = 'Save a connection under a name, or change a saved one'
  static override description =
    'Saves the connection flags that are given and the NATS_… variables that are set. What an existing context has beside them stays; an empty value ("") takes a setting out. --timeout, --connection-name and --trace are not saved.'
  static override aliases = ['create', 'save']
  static override examples = [
    '<%= config.bin %> <%= command.id %> local --server nats://127.0.0.1:4222 --description "my machine" --select',
    '<%= config.bin %> <%= command.id %> prod --server tls://nats.example.net --user ops --password "$SECRET"',
    '<%= config.bin %> <%= command.id %> prod --creds prod.creds --embed',
  ]
  static override args = {name: Args.string({description: 'Name of the context', required: true})}
  static override flags = {
    description: Flags.string({summary: 'What the connection is, for lists', helpValue: 'TEXT'}),
    select: Flags.boolean({summary: 'Select it, and try to connect with it'}),
    embed: Flags.boolean({
      summary: 'Keep the contents of credentials, key and certificate files in it, not their names',
    }),
  }

  async run() {
    const {args, flags} = await this.parse(ContextAdd)

    const {saved, variables} = await saveGiven(args.name, flags)
    if (flags.select) await selectContext(args.name)
    const attempt = flags.select ? await tryConnection(saved, flags, (text) => this.warn(text)) : undefined

    this.log(renderContext(saved, attempt))
    if (variables.length > 0) this.warn(`WARNING: taken from the environment and saved: ${variables.join(', ')}`)
    return contextRecord(saved, attempt)
  }
}
