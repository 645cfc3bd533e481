import {NatsCommand} from '../../lib/command.ts'
import {Args, bytes, Flags} from '../../lib/flags.ts'
import {renderSaved, saveStream} from '../../lib/jetstream/backup/save.ts'
import {checkName} from '../../lib/jetstream/name.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {bytes as humanBytes} from '../../lib/output/human.ts'
import {Progress} from '../../lib/output/progress.ts'

export default class StreamBackup extends NatsCommand {
  static override summary = 'Save a stream in a folder: configuration, messages and consumers'

  static override description =
    `The folder gets backup.json and stream.tar.s2, as the server packs it. It holds a backup when the command has succeeded, and otherwise what it held before; a backup that is there is replaced.

Nothing coming for --timeout, a lost connection or a new leader make it begin again, twice at most. Older servers cannot save streams in memory.`

  static override aliases = ['stream:snapshot']

  static override examples = [
    '<%= config.bin %> <%= command.id %> ORDERS orders-backup-backup',
    '<%= config.bin %> <%= command.id %> ORDERS orders-backup-backup --check --no-consumers',
  ]

  static override args = {
    stream: Args.string({description: 'Stream to save', required: true}),
    target: Args.string({description: 'Folder to save it in', required: true}),
  }

  static override flags = {
    all,
    progress: Flags.boolean({allowNo: true, default: true, summary: 'Show progress, on a terminal'}),
    check: Flags.boolean({summary: 'Have the server check every message first'}),
    consumers: Flags.boolean({allowNo: true, default: true, summary: 'Save the consumers too'}),
    'chunk-size': bytes({summary: 'Bytes that the server sends at a time (default 512k, 1k to 1M)'}),
    'window-size': bytes({summary: 'Bytes that may be on their way (default 8M)'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamBackup)
    const {stream, target} = args
    checkName('stream', stream)
    const api = await this.jetstream()

    let progress: Progress | undefined
    const {consumers, check, 'chunk-size': chunkSize, 'window-size': windowSize} = flags
    if (check) this.notice('The server checks all messages first, which can take a long time')
    const options = {consumers, check, chunkSize, windowSize}
    const saved = await saveStream(api, stream, target, options, {
      warn: (text) => void this.warn(text),
      begun: ({state}) => {
        this.log(`Starting backup of Stream "${stream}" with ${humanBytes(state.bytes)}\n`)
        if (flags.progress) progress = new Progress(state.bytes, 'bytes')
      },
      progress: ({unpacked}) => progress?.update(unpacked),
    }).finally(() => progress?.finish())

    this.log(renderSaved(saved))
    return saved
  }
}
