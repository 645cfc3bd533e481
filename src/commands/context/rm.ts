import {NatsCommand} from '../../lib/command.ts'
import {pickContext} from '../../lib/context/pick.ts'
import {contextExists, notFound, removeContext} from '../../lib/context/store.ts'
import {Args, force} from '../../lib/flags.ts'

export default class ContextRm extends NatsCommand {
  static override summary = 'Remove a saved context'
  static override description =
    'If it is the selected one, none is selected afterwards. With --force a context that is not there is no error.'
  static override aliases = ['remove']
  static override examples = ['<%= config.bin %> <%= command.id %> old --force']
  static override args = {name: Args.string({description: 'Context to remove; chosen from a list at a terminal'})}
  static override flags = {force}

  async run() {
    const {args, flags} = await this.parse(ContextRm)
    const name = args.name ?? (await pickContext('Which context to remove?'))
    const exists = contextExists(name)
    if (!exists && !flags.force) throw notFound(name)
    await this.confirm(`Remove the context "${name}"?`, flags)

    if (!exists) return {name, removed: false, unselected: false}
    const {unselected} = await removeContext(name)

    this.log(`Removed the context "${name}"${unselected ? '; no context is selected now' : ''}`)
    return {name, removed: true, unselected}
  }
}
