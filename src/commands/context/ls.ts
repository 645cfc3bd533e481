import {NatsCommand} from '../../lib/command.ts'
import {contextRecord} from '../../lib/context/describe.ts'
import {listContexts, selectedContext} from '../../lib/context/store.ts'
import {Flags} from '../../lib/flags.ts'
import {neutralise} from '../../lib/output/sanitize.ts'
import {renderTable} from '../../lib/output/table.ts'

export default class ContextLs extends NatsCommand {
  static override summary = 'List the saved contexts; the selected one has a *'
  static override description =
    'A context that can not be read is told on stderr. Secrets are masked in the JSON; they stand in the file whose "path" it gives.'
  static override aliases = ['list', 'l']
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --names',
    `<%= config.bin %> <%= command.id %> --json`,
  ]
  static override flags = {
    names: Flags.boolean({summary: 'Print the names only, one a line'}),
    completion: Flags.boolean({summary: 'Print NAME:DESCRIPTION lines for the completion of a shell', hidden: true}),
  }

  async run() {
    const {flags} = await this.parse(ContextLs)

    const {contexts, broken} = listContexts()
    const selected = selectedContext()

    for (const {error} of broken) this.warn(error.message)
    const described = contexts.map(
      ({name, context}) => [name, neutralise(context.description).replace(/\s+/g, ' ')] as const,
    )
    if (flags.completion) {
      // A colon ends the name in zsh's _describe, and in what bash completions split.
      for (const [name, description] of described) this.log(`${name.replaceAll(':', '\\:')}:${description}`)
    } else if (flags.names) {
      for (const [name] of described) this.log(name)
    } else if (contexts.length === 0) {
      this.log('No known contexts')
    } else {
      const rows = described.map(([name, description]) => [name === selected ? `${name}*` : name, description])
      const own = contexts.find(({name}) => name === selected)?.context.color_scheme
      const scheme = flags.colors || process.env.NATS_COLOR || own
      this.log(renderTable('Known Contexts', ['Name', 'Description'], rows, {scheme}))
    }
    return contexts.map((context) => contextRecord(context))
  }
}
