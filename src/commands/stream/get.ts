import {NatsCommand} from '../../lib/command.ts'
import {NotFoundError, UsageError} from '../../lib/errors.ts'
import {Args, countArg, Flags} from '../../lib/flags.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {getMessage, toMessage, withMessage} from '../../lib/jetstream/read/get.ts'
import {renderItem} from '../../lib/jetstream/read/message.ts'
import {translate} from '../../lib/jetstream/read/translate.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {askText} from '../../lib/output/ask.ts'
import {write} from '../../lib/output/stdout.ts'
import {isOutputTerminal} from '../../lib/output/terminal.ts'
import {parseCount} from '../../lib/units.ts'

export default class StreamGet extends NatsCommand {
  static override summary = 'Show one message of a stream'

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS 1',
    '<%= config.bin %> <%= command.id %> ORDERS --last-for "orders.*"',
    '<%= config.bin %> <%= command.id %> ORDERS 1 --json | jq -r .data | base64 -d',
  ]

  static override args = {
    stream: Args.string({description: 'Stream to read; at a terminal a list is offered without it'}),
    id: countArg({description: 'Sequence of the message'}),
  }

  static override flags = {
    all,
    'last-for': Flags.string({
      ...{char: 'S', helpValue: 'SUBJECT'},
      summary: 'The newest message on this subject (wildcards allowed)',
    }),
    translate: Flags.string({helpValue: 'COMMAND', summary: 'Put the body through a program, without a shell'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamGet)
    const {'last-for': subject, translate: command} = flags
    if (args.id !== undefined && subject !== undefined)
      throw new UsageError('a sequence and --last-for contradict each other')
    if (args.id === 0) throw new UsageError('sequences begin with 1')
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})
    const query = subject !== undefined ? {last_by_subj: subject} : {seq: args.id ?? (await askSequence())}

    const stored = await getMessage(api, stream, query)
    const which = 'seq' in query ? `message ${query.seq}` : `message on "${subject}"`
    if (!stored) throw new NotFoundError(`there is no ${which} in ${stream}`)
    const message = toMessage(stored)
    if (command !== undefined) message.data = await translate(command, message)

    if (!this.jsonOutput) write(renderItem(stream, stored, message, isOutputTerminal()))
    return withMessage(stored, message)
  }
}

async function askSequence(): Promise<number> {
  const check = (answer: string) => (parseCount(answer) ? undefined : 'give a sequence, from 1 up')
  return Number(parseCount(await askText('Message sequence to retrieve', 'a sequence or --last-for', '', check)))
}
