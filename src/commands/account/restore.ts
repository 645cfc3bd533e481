import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {NatsCommand} from '../../lib/command.ts'
import {NotFoundError} from '../../lib/errors.ts'
import {Args, Flags} from '../../lib/flags.ts'
import type {JetStreamApi} from '../../lib/jetstream/api.ts'
import {asError, eachStream, listFailures} from '../../lib/jetstream/backup/each.ts'
import {readDescription} from '../../lib/jetstream/backup/folder.ts'
import {alreadyExists, override} from '../../lib/jetstream/backup/plan.ts'
import {restoreStream} from '../../lib/jetstream/backup/restore.ts'
import {streamNames} from '../../lib/jetstream/stream.ts'
import {renderStreamInfo} from '../../lib/jetstream/stream-info.ts'
import {duration} from '../../lib/output/human.ts'

export default class AccountRestore extends NatsCommand {
  static override summary = 'Make all streams again that a folder holds backups of'

  static override description =
    'Nothing is restored when one of the streams is there already. A backup that cannot be restored does not keep the others from it: it is listed at the end, and the exit code is 9.'

  static override examples = ['<%= config.bin %> <%= command.id %> account-backup']

  static override args = {
    directory: Args.string({description: 'Folder that `account backup` has filled', required: true}),
  }

  static override flags = {
    cluster: Flags.string({helpValue: 'CLUSTER', summary: 'Place the streams in this cluster'}),
    tag: Flags.string({
      ...{helpValue: 'TAG', multiple: true, multipleNonGreedy: true},
      summary: 'Place the streams on servers with this tag (repeatable)',
    }),
  }

  async run() {
    const {args, flags} = await this.parse(AccountRestore)
    const {cluster, tag: tags} = flags
    const folders = foldersIn(args.directory)
    const api = await this.jetstream()
    this.log(`Restoring backup of all ${folders.length} streams in directory "${args.directory}"\n`)
    await checkNoneExists(api, args.directory, folders)

    const restore = async (folder: string) => {
      const path = join(args.directory, folder)
      const backup = override(readDescription(path), {cluster, tags})
      const {name} = backup.config
      const started = performance.now()
      const begun = () => this.log(`Starting restore of Stream "${name}" from file "${path}"\n`)
      const info = await restoreStream(api, path, backup, {begun})
      this.log(`Restored stream "${name}" in ${duration(performance.now() - started)}\n`)
      this.log(renderStreamInfo(info))
      return info
    }
    const {done, failed} = await eachStream(api, folders, restore, ({stream, reason}) =>
      this.log(`Restore of ${stream} failed: ${reason}\n`),
    )

    const result = {directory: args.directory, streams: done, failed}
    if (failed.length === 0) return result
    this.log(listFailures('Restore Failures', failed))
    throw asError('the restore', done.length, failed, result)
  }
}

function foldersIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, {withFileTypes: true})
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({name}) => name)
      .sort()
  } catch (error) {
    throw new NotFoundError(`cannot read ${directory}: ${(error as Error).message}`)
  }
}

/** @throws CliError (conflict) when one of the streams is there: nothing is restored then */
async function checkNoneExists(api: JetStreamApi, directory: string, folders: string[]): Promise<void> {
  const existing = new Set(await streamNames(api))
  const names = folders.map((folder) => nameIn(join(directory, folder)))
  const there = names.find((name) => name !== undefined && existing.has(name))
  if (there !== undefined) throw alreadyExists(there)
}

/** The stream that a folder holds a backup of; what is no backup is told when its turn comes. */
function nameIn(folder: string): string | undefined {
  try {
    return readDescription(folder).config.name
  } catch {
    return undefined
  }
}
