import {lstatSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {CliError} from '../errors.ts'
import {makeFolder} from '../make-folder.ts'

/** Whether a failed look at a file means that it is not there. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** The text of a file, `undefined` when there is none. Other failures are thrown as they come. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/**
 * Writes a file so that a reader sees the old text or the new one, never a part, also when the machine stops meanwhile:
 * a new file, readable for its owner only (0600), takes the place of the old. A symbolic link stays; what it points to is replaced.
 * What is there and no file (a link to /dev/null) is written to, never replaced.
 */
export function replaceFile(path: string, text: string): void {
  const target = followLink(path)
  const isOther = lstatSync(target, {throwIfNoEntry: false})?.isFile() === false
  if (isOther) return void writeFileSync(target, text)
  const temporary = join(dirname(target), `.${crypto.randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, text, {flag: 'wx', mode: 0o600, flush: true})
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, {force: true})
    throw error
  }
}

function followLink(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isAbsent(error)) throw error
    const link = lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink()
    return link ? resolve(dirname(path), readlinkSync(path)) : path
  }
}

/** How long (ms) one and the same process may be seen to hold the lock before it is taken for dead. The work takes milliseconds. */
const PATIENCE = 5000

/**
 * Does `work` while no other process does any under the same lock file. The folder of the lock file is made (0700).
 * The lock of a process that died is broken after five seconds. No clock, process number or host name is compared: a
 * home folder may be shared between machines and containers. `work` is synchronous, so that a signal's handler can not end it half done.
 */
export async function withLock<T>(path: string, work: () => T, patience = PATIENCE): Promise<T> {
  makeFolder(dirname(path), 0o700)
  const holder = crypto.randomUUID()
  await acquire(path, holder, patience)
  try {
    return work()
  } finally {
    if (readIfThere(path) === holder) rmSync(path, {force: true})
  }
}

async function acquire(path: string, holder: string, patience: number): Promise<void> {
  let seen: string | undefined
  let since = 0
  while (!createFile(path, holder)) {
    const other = readIfThere(path)
    const now = performance.now()
    if (other !== seen || other === undefined) {
      seen = other
      since = now
    } else if (now - since > 2 * patience) {
      throw new CliError(`the lock of the context store is stuck: ${path}`, {hint: `remove it: rm ${path}*`})
    } else if (now - since > patience) {
      breakLock(path, other)
    }
    await sleep(2 + Math.random() * 10)
  }
}

/**
 * Removes the lock of a dead holder. Of all who wait, only the one that creates the marker may do it, and it looks again first:
 * otherwise a slow one would remove the lock that a quick one has made in the place of the dead one's.
 */
function breakLock(path: string, dead: string): void {
  const marker = `${path}.${dead}`
  if (!createFile(marker, '')) return
  if (readIfThere(path) === dead) rmSync(path, {force: true})
  rmSync(marker, {force: true})
}

/** Creates a file; false when there is one already. */
function createFile(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, {flag: 'wx', mode: 0o600})
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
