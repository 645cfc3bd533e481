import {NatsCommand} from '../../lib/command.ts'
import {Flags, force} from '../../lib/flags.ts'
import {type Gap, listGaps, needsReading, readGaps} from '../../lib/jetstream/gaps.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {type StreamInfo, streamInfo} from '../../lib/jetstream/stream.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {number} from '../../lib/output/human.ts'
import {Progress} from '../../lib/output/progress.ts'
import {renderTable} from '../../lib/output/table.ts'

export default class StreamGaps extends NatsCommand {
  static override summary = 'Show which sequences of a stream are missing because their messages were deleted'
  static override description =
    'Where very many messages were deleted, the whole stream is read to find them, which is asked about first.'
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS --force']

  static override args = {stream: streamArg}

  static override flags = {
    all,
    force: {...force, summary: 'Read a big stream without asking'},
    progress: Flags.boolean({allowNo: true, default: true, summary: 'Show how far reading has come'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamGaps)
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all, select: !flags.force})
    const info = await streamInfo(api, stream)
    if (needsReading(info)) {
      this.notice(`WARNING: to find the gaps all ${number(info.state.messages)} messages of ${stream} are read`)
      await this.confirm(`Really read all of Stream ${stream}?`, flags)
    }

    const gaps = needsReading(info) ? await this.read(info, flags.progress) : await listGaps(api, info)

    if (gaps.length === 0) this.log(`No deleted messages in ${stream}`)
    else this.log(`${render(stream, gaps)}\n`)
    return gaps
  }

  private async read(info: StreamInfo, isShown: boolean): Promise<Gap[]> {
    const progress = isShown ? new Progress(info.state.messages) : undefined
    const gaps = await readGaps(await this.jetstream(), info, (read) => progress?.update(read))
    progress?.finish()
    return gaps
  }
}

function render(stream: string, gaps: Gap[]): string {
  const rows = gaps.map((gap) => gap.map(number))
  return renderTable(`${number(gaps.length)} gaps found in Stream ${stream}`, ['First Message', 'Last Message'], rows)
}
