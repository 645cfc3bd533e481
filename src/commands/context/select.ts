import {NatsCommand} from '../../lib/command.ts'
import {contextRecord, renderContext} from '../../lib/context/describe.ts'
import {overrides} from '../../lib/context/given.ts'
import {pickContext} from '../../lib/context/pick.ts'
import {contextPath, selectContext} from '../../lib/context/store.ts'
import {Args} from '../../lib/flags.ts'

export default class ContextSelect extends NatsCommand {
  static override summary = 'Make a context the one that every command uses'
  static override aliases = ['switch', 'set']
  static override examples = ['<%= config.bin %> <%= command.id %> prod']
  static override args = {name: Args.string({description: 'Context to select; chosen from a list at a terminal'})}

  async run() {
    const {args} = await this.parse(ContextSelect)
    const name = args.name ?? (await pickContext('Which context to select?'))

    const context = await selectContext(name)

    const saved = {name, path: contextPath(name), context}
    this.log(renderContext(saved))
    for (const text of overrides(process.env)) this.notice(text)
    return contextRecord(saved)
  }
}
