import {NatsCommand} from '../../lib/command.ts'
import {contextRecord, renderContext} from '../../lib/context/describe.ts'
import {overrides} from '../../lib/context/given.ts'
import {pickContext} from '../../lib/context/pick.ts'
import {contextPath, readContext, selectedContext} from '../../lib/context/store.ts'
import {connectionFailure, tryConnection} from '../../lib/context/try-connection.ts'
import {NotFoundError} from '../../lib/errors.ts'
import {Args, Flags} from '../../lib/flags.ts'
import {isInputTerminal} from '../../lib/output/terminal.ts'

export default class ContextInfo extends NatsCommand {
  static override summary = 'Show the settings of a context, secrets masked'
  static override description =
    'With --connect a connection is made with the settings of the context alone; if that fails, so does the command. `context explain` shows what flags and variables make of the settings.'
  static override aliases = ['show', 'v', 'view']
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> prod --json',
    '<%= config.bin %> <%= command.id %> local --connect',
  ]
  static override args = {name: Args.string({description: 'Context to show (default: the selected one)'})}
  static override flags = {connect: Flags.boolean({summary: 'Try to connect with it'})}

  async run() {
    const {args, flags} = await this.parse(ContextInfo)
    const name = args.name ?? selectedContext() ?? (await this.pick())
    const saved = {name, path: contextPath(name), context: readContext(name)}

    const attempt = flags.connect ? await tryConnection(saved, flags, (text) => this.warn(text)) : undefined

    this.log(renderContext(saved, attempt))
    if (args.name === undefined) for (const text of overrides(process.env)) this.notice(text)
    const record = contextRecord(saved, attempt)
    if (attempt?.ok === false) throw connectionFailure(attempt, record)
    return record
  }

  private async pick(): Promise<string> {
    if (isInputTerminal()) return pickContext('Which context to show?')
    throw new NotFoundError(
      'no context is selected and no name was given',
      'give a name, or select one: nats context select NAME',
    )
  }
}
