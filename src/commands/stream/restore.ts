import {NatsCommand} from '../../lib/command.ts'
import {Args, count, Flags} from '../../lib/flags.ts'
import {readDescription} from '../../lib/jetstream/backup/folder.ts'
import {checkAbsent, override} from '../../lib/jetstream/backup/plan.ts'
import {restoreStream} from '../../lib/jetstream/backup/restore.ts'
import {readConfigFile} from '../../lib/jetstream/stream-config/file.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {renderStreamInfo} from '../../lib/jetstream/stream-info.ts'
import {duration} from '../../lib/output/human.ts'
import {Progress} from '../../lib/output/progress.ts'

export default class StreamRestore extends NatsCommand {
  static override summary = 'Make a stream again from a backup'

  static override description =
    'The name of the stream is that of the backup, and there must be none of that name. Messages keep their sequences and times.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-backup',
    '<%= config.bin %> <%= command.id %> orders-backup --cluster east --tag ssd --replicas 3',
  ]

  static override args = {
    file: Args.string({description: 'Folder with the backup', required: true}),
  }

  static override flags = {
    all,
    progress: Flags.boolean({allowNo: true, default: true, summary: 'Show progress, on a terminal'}),
    config: Flags.string({
      helpValue: 'FILE',
      summary: 'Use the configuration in this JSON file, not that of the backup',
    }),
    cluster: Flags.string({helpValue: 'CLUSTER', summary: 'Place the stream in this cluster'}),
    tag: Flags.string({
      ...{helpValue: 'TAG', multiple: true, multipleNonGreedy: true},
      summary: 'Place the stream on servers with this tag (repeatable)',
    }),
    replicas: count({summary: 'How many servers hold the stream'}),
  }

  async run() {
    const {args, flags} = await this.parse(StreamRestore)
    const {cluster, tag: tags, replicas} = flags
    const folder = args.file
    const file = flags.config === undefined ? undefined : await readConfigFile(flags.config)
    const backup = override(readDescription(folder), {file, cluster, tags, replicas})
    const {name} = backup.config
    const api = await this.jetstream()
    await checkAbsent(api, name)

    const started = performance.now()
    let progress: Progress | undefined
    const info = await restoreStream(api, folder, backup, {
      begun: (size) => {
        this.log(`Starting restore of Stream "${name}" from file "${folder}"\n`)
        if (flags.progress) progress = new Progress(size, 'bytes')
      },
      progress: (sent) => progress?.update(sent),
      sent: (chunks) => {
        progress?.finish()
        this.notice(`Sent ${chunks} chunks, server will now restore the snapshot, this might take a long time`)
      },
    }).finally(() => progress?.finish())

    this.log(`Restored stream "${name}" in ${duration(performance.now() - started)}\n`)
    this.log(renderStreamInfo(info))
    return info
  }
}
