import {NatsCommand} from '../../lib/command.ts'
import {Args, Flags} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamSubjects} from '../../lib/jetstream/stream.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {number} from '../../lib/output/human.ts'
import {printable} from '../../lib/output/sanitize.ts'
import {renderTable} from '../../lib/output/table.ts'
import {columns} from '../../lib/output/terminal.ts'

type Entry = [subject: string, count: number]

export default class StreamSubjects extends NatsCommand {
  static override summary = 'Show the subjects of a stream, and how many messages each has'
  static override aliases = ['stream:subj']
  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS "orders.eu.>" --sort name --json',
  ]

  static override args = {
    stream: streamArg,
    filter: Args.string({description: 'Only subjects that match this one', default: '>'}),
  }

  static override flags = {
    all,
    names: Flags.boolean({allowNo: true, summary: 'Print the subjects only, each in a line'}),
    sort: Flags.string({
      options: ['name', 'subjects', 'messages', 'count'],
      default: 'messages',
      summary: 'Order by name (subjects is the same) or by number of messages (count is the same)',
    }),
    reverse: Flags.boolean({char: 'R', summary: 'Turn the order around'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamSubjects)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})
    const entries = [...(await streamSubjects(api, stream, args.filter))]
    const byName = ([a]: Entry, [b]: Entry) => (a < b ? -1 : 1)
    const isNumeric = flags.sort === 'messages' || flags.sort === 'count'
    entries.sort((a, b) => (isNumeric ? a[1] - b[1] : 0) || byName(a, b))
    if (flags.reverse) entries.reverse()

    if (entries.length === 0) this.notice(`No subjects found matching ${args.filter}`)
    else if (flags.names) this.log(entries.map(([subject]) => subject).join('\n'))
    else this.log(`${render(stream, entries)}\n`)
    return Object.fromEntries(entries)
  }
}

/** As many subjects beside each other as fit, up to three. */
function render(stream: string, entries: Entry[]): string {
  const cells = entries.map(([subject, count]) => [printable(subject), number(count)])
  const widest = Math.max(...cells.map(([subject, count]) => subject!.length + Math.max(5, count!.length) + 6))
  const across = Math.max(1, Math.min(3, Math.floor(columns() / widest)))
  const rows = Array.from({length: Math.ceil(cells.length / across)}, (_, row) =>
    Array.from({length: across}, (_, column) => cells[row * across + column] ?? ['', '']).flat(),
  )
  const head = Array.from({length: across}, () => ['Subject', 'Count']).flat()
  return renderTable(`${number(entries.length)} Subjects in stream ${stream}`, head, rows)
}
