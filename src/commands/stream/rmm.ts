import {NatsCommand} from '../../lib/command.ts'
import {NotFoundError, UsageError} from '../../lib/errors.ts'
import {countArg, force} from '../../lib/flags.ts'
import {ApiError} from '../../lib/jetstream/api-error.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {askText} from '../../lib/output/ask.ts'
import {parseCount} from '../../lib/units.ts'

export default class StreamRmm extends NatsCommand {
  static override summary = 'Delete one message of a stream'
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS 12 --force']

  static override args = {stream: streamArg, id: countArg({description: 'Sequence of the message'})}
  static override flags = {all, force}

  async run() {
    const {args, flags} = await this.parse(StreamRmm)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    const seq = args.id ?? (await askSequence())
    if (seq < 1) throw new UsageError('the sequence of a message is 1 or more')
    await this.confirm(`Really remove message ${seq} from Stream ${stream}?`, flags)

    await api.request(`STREAM.MSG.DELETE.${stream}`, {seq}).catch((error) => {
      // What a sequence above the last one is to the server's store.
      const isBeyond = error instanceof ApiError && /\bEOF\b/.test(error.description)
      throw isBeyond ? new NotFoundError(`sequence ${seq} not found (${error.errCode})`) : error
    })

    this.notice(`Deleted message ${seq} of Stream ${stream}`)
    return {stream, seq, deleted: true}
  }
}

async function askSequence(): Promise<number> {
  const check = (answer: string) => (parseCount(answer) ? undefined : 'not the sequence of a message')
  return parseCount(await askText('Message Sequence to remove', 'the argument ID', '', check))!
}
