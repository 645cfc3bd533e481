import {NatsCommand} from '../../lib/command.ts'
import {contextRecord, renderContext} from '../../lib/context/describe.ts'
import {overrides} from '../../lib/context/given.ts'
import {contextPath, previousContext, selectContext} from '../../lib/context/store.ts'
import {NotFoundError} from '../../lib/errors.ts'

export default class ContextPrevious extends NatsCommand {
  static override summary = 'Select the context that was selected before, as `cd -` does with folders'
  static override aliases = ['-']
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> context -']

  async run() {
    await this.parse(ContextPrevious)
    const name = previousContext()
    if (name === undefined) throw new NotFoundError('no context was selected before', 'select one: nats context select')

    const context = await selectContext(name)

    const saved = {name, path: contextPath(name), context}
    this.log(renderContext(saved))
    for (const text of overrides(process.env)) this.notice(text)
    return contextRecord(saved)
  }
}
