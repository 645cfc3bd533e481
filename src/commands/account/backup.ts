import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {NatsCommand} from '../../lib/command.ts'
import {NotFoundError} from '../../lib/errors.ts'
import {Args, Flags, force} from '../../lib/flags.ts'
import {asError, eachStream, type Failure, listFailures} from '../../lib/jetstream/backup/each.ts'
import {renderSaved, saveStream} from '../../lib/jetstream/backup/save.ts'
import {UnsupportedError} from '../../lib/jetstream/backup/snapshot.ts'
import {listStreams, type StreamInfo} from '../../lib/jetstream/stream.ts'
import {bytes, number} from '../../lib/output/human.ts'

export default class AccountBackup extends NatsCommand {
  static override summary = 'Save all streams of the account, each in a folder of its own'

  static override description =
    'A stream that cannot be saved does not keep the others from it: it is listed at the end, and the exit code is 9. Older servers cannot save streams in memory: those are listed too, but count as failed with --critical-warnings only.'

  static override aliases = ['account:snapshot']

  static override examples = [
    '<%= config.bin %> <%= command.id %> account-backup --force',
    '<%= config.bin %> <%= command.id %> account-backup --force --json > report.json',
  ]

  static override args = {
    target: Args.string({description: 'Folder to save them in', required: true}),
  }

  static override flags = {
    check: Flags.boolean({summary: 'Have the server check every message first'}),
    consumers: Flags.boolean({allowNo: true, default: true, summary: 'Save the consumers too'}),
    force,
    'critical-warnings': Flags.boolean({
      ...{char: 'w', summary: 'Count streams in memory that the server cannot save as failed'},
    }),
  }

  async run() {
    const {args, flags} = await this.parse(AccountBackup)
    const {target} = args
    const {check, consumers, 'critical-warnings': critical} = flags
    const api = await this.jetstream()
    const {items, missing, offline} = await listStreams(api)
    const unreachable = [...new Set([...missing, ...Object.keys(offline)])]
    if (items.length + unreachable.length === 0) throw new NotFoundError('no streams found')
    this.tellTotals(target, items)
    await this.confirm('Perform backup?', flags)

    const failed: Failure[] = unreachable.map((stream) => ({stream, reason: offline[stream] || 'it cannot be reached'}))
    const warnings: Failure[] = []
    const save = async (stream: string) => {
      const hooks = {
        warn: (text: string) => void this.warn(text),
        begun: ({state}: {state: {bytes: number}}) =>
          this.log(`Starting backup of Stream "${stream}" with ${bytes(state.bytes)}\n`),
      }
      const saved = await saveStream(api, stream, join(target, stream), {check, consumers}, hooks)
      this.log(`${renderSaved(saved)}\n`)
      return saved
    }
    const names = items.map(({config}) => config.name).sort()
    const outcome = await eachStream(api, names, save, ({stream, reason}) =>
      this.log(`Backup of ${stream} failed: ${reason}\n`),
    )

    for (const failure of outcome.failed) {
      const byNature = failure.error instanceof UnsupportedError && !critical
      ;(byNature ? warnings : failed).push(failure)
    }
    const result = {target, streams: outcome.done, warnings, failed}
    if (warnings.length > 0) this.log(listFailures('Backup Warnings', warnings))
    this.warnOfStrangers(target, [...items.map(({config}) => config.name), ...unreachable])
    if (failed.length === 0) return result
    this.log(listFailures('Backup Failures', failed))
    throw asError('the backup', outcome.done.length, failed, result)
  }

  private tellTotals(target: string, items: StreamInfo[]): void {
    const total = (of: (info: StreamInfo) => number) => items.reduce((sum, info) => sum + of(info), 0)
    this.log(`Performing backup of all streams to ${target}\n`)
    this.log(`    Streams: ${number(items.length)}`)
    this.log(`       Size: ${bytes(total(({state}) => state.bytes))}`)
    this.log(`  Consumers: ${number(total(({state}) => state.consumer_count))}\n`)
  }

  /** What an earlier backup left in the folder would be restored with the rest. */
  private warnOfStrangers(target: string, streams: string[]): void {
    const strangers = readdirSync(target).filter((name) => !streams.includes(name))
    if (strangers.length > 0)
      this.warn(`WARNING: ${target} also holds ${strangers.join(', ')}, of which the account has no streams now`)
  }
}
