import {NatsCommand} from '../../lib/command.ts'
import {unselectContext} from '../../lib/context/store.ts'

export default class ContextUnselect extends NatsCommand {
  static override summary = 'Select no context; `context previous` takes this back'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run() {
    await this.parse(ContextUnselect)

    const name = await unselectContext()

    this.log(name === undefined ? 'No context currently selected' : `Unselected the "${name}" context`)
    return {unselected: name ?? null}
  }
}
