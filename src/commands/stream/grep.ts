import {NatsCommand} from '../../lib/command.ts'
import {CliError, UsageError} from '../../lib/errors.ts'
import {Args, count, Flags} from '../../lib/flags.ts'
import {checkName} from '../../lib/jetstream/name.ts'
import {ContextWindow} from '../../lib/jetstream/read/context.ts'
import {compileMatcher, type Place} from '../../lib/jetstream/read/matcher.ts'
import {toStored} from '../../lib/jetstream/read/message.ts'
import {rangeFlags, sliceOf} from '../../lib/jetstream/read/range.ts'
import {StreamReader} from '../../lib/jetstream/read/reader.ts'
import {MessageWriter} from '../../lib/jetstream/read/writer.ts'

const PLACES: Place[] = ['body', 'headers', 'subject']

export default class StreamGrep extends NatsCommand {
  static override summary = 'Find the messages of a stream that match a pattern'

  static override description =
    `PATTERN is a regular expression of JavaScript; it looks at bodies, or at what --in says, a header as "Name: value".

With --json-path it looks at the values at that place of JSON bodies; without a pattern it is enough that there is one. A path is written .order.items[0].sku, .items[*].price, .["odd name"].x or .list[-1].

Ends with exit code 1 when nothing matched.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS "timeout|refused" --from 1h',
    '<%= config.bin %> <%= command.id %> ORDERS "^Nats-Msg-Id: 17" --in headers -C 2',
    '<%= config.bin %> <%= command.id %> ORDERS "^(paid|sent)$" --json-path .order.state --count',
  ]

  static override args = {
    stream: Args.string({description: 'Stream to search', required: true}),
    pattern: Args.string({description: 'Regular expression to look for'}),
  }

  static override flags = {
    ...rangeFlags,
    in: Flags.string({
      ...{options: PLACES, default: ['body'], multiple: true, multipleNonGreedy: true},
      summary: 'Where to look (repeatable)',
    }),
    'json-path': Flags.string({helpValue: 'PATH', summary: 'Look at the values at this place of JSON bodies'}),
    'fixed-strings': Flags.boolean({char: 'F', summary: 'The pattern is plain text'}),
    'ignore-case': Flags.boolean({char: 'i', summary: 'Capitals and small letters are the same'}),
    'invert-match': Flags.boolean({char: 'v', summary: 'Find the messages that do not match'}),
    'before-context': count({char: 'B', summary: 'Show so many messages before each match too'}),
    'after-context': count({char: 'A', summary: 'Show so many messages after each match too'}),
    around: count({char: 'C', summary: 'Show so many messages before and after each match too'}),
    count: Flags.boolean({char: 'c', summary: 'Print only how many messages match'}),
    limit: count({char: 'm', summary: 'End after so many matches'}),
    raw: Flags.boolean({summary: 'Only the bodies, each ended by a newline'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamGrep)
    const {stream, pattern} = args
    const {limit = Infinity, around = 0} = flags
    if (pattern === undefined && flags['json-path'] === undefined)
      throw new UsageError("required argument 'pattern' not provided", 'or give a --json-path')
    const matches = compileMatcher({
      pattern,
      fixed: flags['fixed-strings'],
      ignoreCase: flags['ignore-case'],
      invert: flags['invert-match'],
      places: flags.in as Place[],
      jsonPath: flags['json-path'],
    })
    checkName('stream', stream)
    const [before, after] = [flags['before-context'] ?? around, flags['after-context'] ?? around]
    const interrupt = flags.follow ? this.interrupt : undefined
    const api = await this.jetstream()
    const slice = await sliceOf(api, stream, flags)

    const form = flags.raw ? 'raw' : this.jsonOutput ? 'json' : 'text'
    const writer = new MessageWriter(stream, form)
    const {output} = writer
    const window = new ContextWindow(before, after, ({stored, match, gap}) => {
      if (flags.count) return
      if (gap && before + after > 0 && form !== 'json') output.writeText('--\n')
      writer.write(stored, before + after > 0 ? `,"match":${match}` : '')
    })
    let found = 0
    const sink = writer.sink((frame, delivery) => {
      const stored = toStored(frame, delivery)
      const match = found < limit && matches(stored.message)
      if (match) found++
      // The chunk that it came in is gone by the time that the message after it shows that it is wanted.
      if (!match && before > 0) stored.message.data = Buffer.from(stored.message.data)
      window.add(stored, match)
      return found >= limit && window.settled
    })
    if (slice && limit > 0) {
      const reader = new StreamReader(api, (text) => void this.warn(text))
      await Promise.race([reader.read(slice, sink, interrupt), output.failed])
    }
    if (flags.count) output.writeText(form === 'json' ? `${JSON.stringify({stream, count: found})}\n` : `${found}\n`)
    await output.end()
    if (found === 0 && !interrupt?.aborted) throw new CliError(`nothing in ${stream} matches`)
  }
}
