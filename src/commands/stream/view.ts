import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {Args, count, countArg, duration, Flags} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {type Stored, toStored} from '../../lib/jetstream/read/message.ts'
import type {Position} from '../../lib/jetstream/read/position.ts'
import {sliceOf} from '../../lib/jetstream/read/range.ts'
import {StreamReader} from '../../lib/jetstream/read/reader.ts'
import {translate} from '../../lib/jetstream/read/translate.ts'
import {MessageWriter} from '../../lib/jetstream/read/writer.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {askYes} from '../../lib/output/ask.ts'
import {isInputTerminal, isOutputTerminal} from '../../lib/output/terminal.ts'

const MAX_PAGE = 25

export default class StreamView extends NatsCommand {
  static override summary = 'Page through the messages of a stream, at a terminal'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS',
    '<%= config.bin %> <%= command.id %> ORDERS 20 --since 1h --subject "orders.eu.>"',
  ]

  static override args = {
    stream: Args.string({description: 'Stream to read; without it a list is offered'}),
    size: countArg({description: 'Messages on a page, 25 at most', default: 10}),
  }

  static override flags = {
    all,
    id: count({summary: 'Begin at this sequence'}),
    since: duration({summary: 'Begin with what was stored so long ago', exclusive: ['id']}),
    raw: Flags.boolean({summary: 'Only the bodies, each ended by a newline'}),
    translate: Flags.string({helpValue: 'COMMAND', summary: 'Put each body through a program, without a shell'}),
    subject: Flags.string({helpValue: 'SUBJECT', summary: 'Only messages on this subject (wildcards allowed)'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamView)
    if (!isInputTerminal() || !isOutputTerminal())
      throw new UsageError('paging needs a terminal', '`nats stream cat` writes messages to a file or a pipe')
    if (args.size > MAX_PAGE) this.notice(`Page size is limited to ${MAX_PAGE}, setting to ${MAX_PAGE}...`)
    const size = Math.min(Math.max(args.size, 1), MAX_PAGE)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})
    const reader = new StreamReader(api, (text) => void this.warn(text))
    const writer = new MessageWriter(stream, flags.raw ? 'raw' : this.jsonOutput ? 'json' : 'text')

    let from: Position = flags.since === undefined ? {sequence: flags.id ?? 1} : {time: Date.now() - flags.since}
    for (;;) {
      const page: Stored[] = []
      const collect = writer.sink((frame, delivery) => {
        const stored = toStored(frame, delivery)
        stored.message.data = Buffer.from(stored.message.data)
        return page.push(stored) === size
      })
      const slice = await sliceOf(api, stream, {subject: flags.subject === undefined ? [] : [flags.subject], from})
      if (slice) await reader.read(slice, collect)
      for (const stored of page) {
        const {message} = stored
        if (flags.translate !== undefined) message.data = await translate(flags.translate, message)
        writer.write(stored)
      }
      await writer.output.end()
      if (page.length < size) break
      if (!(await askYes('Next Page?', '--raw', true))) return
      from = {sequence: page.at(-1)!.sequence + 1}
    }
    this.notice('Reached apparent end of data')
  }
}
