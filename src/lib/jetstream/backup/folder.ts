import {readFileSync, renameSync, rmdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {CliError, NotFoundError} from '../../errors.ts'
import {makeFolder} from '../../make-folder.ts'
import {isObject} from '../api.ts'
import {readStreamInfo, type StreamConfig, type StreamState} from '../stream.ts'
import type {ArchiveMark} from './archive.ts'

const DESCRIPTION = 'backup.json'
const ARCHIVE = 'stream.tar.s2'
const PARTIAL = `.${ARCHIVE}.partial`

/** What `backup.json` says: the configuration and state as the server told them, and of backups by this program the archive's mark. */
export type Description = {config: StreamConfig; state: StreamState; archive?: ArchiveMark}

export const archivePath = (folder: string) => join(folder, ARCHIVE)

/**
 * Reads the description of a backup.
 *
 * @throws NotFoundError when there is no such folder, CliError when there is no whole backup in it
 */
export function readDescription(folder: string): Description {
  const path = join(folder, DESCRIPTION)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR') throw new NotFoundError(`${folder} is not a folder with a backup`)
    if (code !== 'ENOENT') throw new CliError(message, {cause: error})
    throw new NotFoundError(
      `there is no backup in ${folder}`,
      `a backup is a folder with ${DESCRIPTION} and ${ARCHIVE}`,
    )
  }
  const description = parse(text)
  if (!isObject(description)) throw new CliError(`${path} is damaged: it is not a JSON object`)
  if (!isObject(description.config) || typeof description.config.name !== 'string')
    throw new CliError(`${path} is damaged: it has no configuration of a stream`)
  const {config, state} = readStreamInfo(description)
  return {config, state, archive: isObject(description.archive) ? (description.archive as ArchiveMark) : undefined}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A backup in the making. Nothing in the folder looks like a backup before `complete`; what was there before stays whole until
 * then, and `abandon` leaves things as they were found. A program that is killed leaves at most a file that the next one
 * overwrites.
 */
export class PendingBackup {
  /** Where the archive is to be written. */
  readonly partialPath: string
  private readonly folder: string
  private readonly created: string | undefined
  private readonly onExit = () => this.abandon()

  constructor(folder: string) {
    this.folder = folder
    this.partialPath = join(folder, PARTIAL)
    this.created = makeFolder(folder, 0o700)
    // Ended by a signal, the program comes to no `finally`.
    process.once('exit', this.onExit)
  }

  complete(description: Description): void {
    const text = `${JSON.stringify(description, null, 2)}\n`
    const draft = join(this.folder, `.${DESCRIPTION}.partial`)
    writeFileSync(draft, text)
    // An archive without its description is no backup: at no time does one stand beside another's.
    rmSync(join(this.folder, DESCRIPTION), {force: true})
    renameSync(this.partialPath, archivePath(this.folder))
    renameSync(draft, join(this.folder, DESCRIPTION))
    process.removeListener('exit', this.onExit)
  }

  abandon(): void {
    process.removeListener('exit', this.onExit)
    rmSync(this.partialPath, {force: true})
    try {
      if (this.created) rmdirSync(this.folder)
    } catch {
      // Somebody has put something in it.
    }
  }
}
