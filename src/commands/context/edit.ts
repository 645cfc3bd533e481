import {NatsCommand} from '../../lib/command.ts'
import {contextRecord, renderContext} from '../../lib/context/describe.ts'
import {editContext} from '../../lib/context/edit.ts'
import {pickContext} from '../../lib/context/pick.ts'
import {contextPath} from '../../lib/context/store.ts'
import {Args} from '../../lib/flags.ts'

export default class ContextEdit extends NatsCommand {
  static override summary = 'Edit a context in the editor named by VISUAL or EDITOR'
  static override description =
    'The settings are shown as YAML, secrets included. What can not be read afterwards is not saved, and the edited text is kept.'
  static override aliases = ['vi']
  static override examples = [
    '<%= config.bin %> <%= command.id %> prod',
    `EDITOR="sed -i 's/^url:.*/url: nats:\\/\\/b.example.net/'" <%= config.bin %> <%= command.id %> prod`,
  ]
  static override args = {name: Args.string({description: 'Context to edit; chosen from a list at a terminal'})}

  async run() {
    const {args} = await this.parse(ContextEdit)
    const name = args.name ?? (await pickContext('Which context to edit?'))

    const {context, changed} = await editContext(name, (text) => this.warn(text))

    if (!changed) this.notice('Nothing was changed')
    const saved = {name, path: contextPath(name), context}
    this.log(renderContext(saved))
    return contextRecord(saved)
  }
}
