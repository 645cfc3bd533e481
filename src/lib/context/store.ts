import {existsSync, lstatSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {userInfo} from 'node:os'
import {join, normalize, sep} from 'node:path'
import {CliError, NotFoundError} from '../errors.ts'
import {makeFolder} from '../make-folder.ts'
import {type Context, contextFromText, contextToText, shellWord} from './context.ts'
import {isAbsent, readIfThere, replaceFile, withLock} from './files.ts'
import {checkName, isName} from './name.ts'

/*
 * The store that this client shares with the reference client: `nats/context/NAME.json`, `nats/context.txt` (name of the
 * selected context) and `nats/previous-context.txt` below $XDG_CONFIG_HOME, else below `.config` of the home folder.
 * Reading is synchronous: it is a part of every start, and a small file is read faster so.
 */

/** A context with its name and its file. */
export type SavedContext = {name: string; path: string; context: Context}

/** The user's home: HOME, else what the user database says. Throws CliError when there is neither. */
function homeFolder(): string {
  try {
    return process.env.HOME || userInfo().homedir
  } catch (cause) {
    throw new CliError('no home folder is known for this user', {hint: 'set HOME or XDG_CONFIG_HOME', cause})
  }
}

function configFolder(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homeFolder(), '.config'), 'nats')
}

const contextFolder = () => join(configFolder(), 'context')
const selectedFile = () => join(configFolder(), 'context.txt')
const previousFile = () => join(configFolder(), 'previous-context.txt')

/** The file of a context, which need not exist. Throws UsageError for a name that can not be one. */
export function contextPath(name: string): string {
  checkName(name)
  return join(contextFolder(), `${name}.json`)
}

/** A path with the home folder written as `~`, for people. */
export function displayPath(path: string): string {
  const home = normalize(`${homeFolder()}${sep}`)
  return path.startsWith(home) ? `~${sep}${path.slice(home.length)}` : path
}

/** `~` and `~/…` at the beginning of a file name in a context mean the home folder. */
export function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homeFolder(), path.slice(1)) : path
}

/** The names of all contexts, sorted; none when there is no store. Hidden files are none. */
export function contextNames(): string[] {
  try {
    return readdirSync(contextFolder())
      .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
      .map((file) => file.slice(0, -'.json'.length))
      .sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

/** All contexts, sorted by name, and apart from them the errors of those that can not be read. */
export function listContexts(): {contexts: SavedContext[]; broken: Array<{name: string; error: Error}>} {
  const contexts: SavedContext[] = []
  const broken: Array<{name: string; error: Error}> = []
  for (const name of contextNames()) {
    try {
      contexts.push({name, path: contextPath(name), context: readContext(name)})
    } catch (error) {
      broken.push({name, error: error as Error})
    }
  }
  return {contexts, broken}
}

/**
 * The context of that name. Throws NotFoundError (exit code 3) when there is none, CliError naming file and line when it
 * can not be read, UsageError for a name that can not be one.
 */
export function readContext(name: string): Context {
  const context = readIfSaved(name)
  if (!context) throw notFound(name)
  return context
}

function readIfSaved(name: string): Context | undefined {
  const path = contextPath(name)
  const text = reading(`context "${name}"`, () => readIfThere(path))
  return text === undefined ? undefined : contextFromText(text, name, path)
}

/** Whether there is a file for this context, be it broken or a symbolic link that points nowhere. */
export function contextExists(name: string): boolean {
  return lstatSync(contextPath(name), {throwIfNoEntry: false}) !== undefined
}

/** The error for a context that is not there: exit code 3, and which there are. */
export function notFound(name: string): NotFoundError {
  const known = contextNames()
  const shown = known.length > 10 ? `${known.slice(0, 10).join(', ')}, … (nats context ls)` : known.join(', ')
  const hint =
    known.length > 0 ? `known contexts: ${shown}` : `none is saved; save it: nats context add ${shellWord(name)}`
  return new NotFoundError(`context not found: "${name}"`, hint)
}

/** The name of the selected context, `undefined` when none is. It may be the name of a context that is gone. */
export function selectedContext(): string | undefined {
  return readName(selectedFile())
}

/** The name of the context that was selected before this one, `undefined` when none was. */
export function previousContext(): string | undefined {
  return readName(previousFile())
}

/**
 * The selected context, `undefined` when none is selected. Throws NotFoundError when it is gone: to go on without it could
 * talk to another server than the user means, and to unselect it would hide that.
 */
export function readSelectedContext(): SavedContext | undefined {
  const name = selectedContext()
  if (name === undefined) return undefined
  const context = isName(name) ? readIfSaved(name) : undefined
  if (context) return {name, path: contextPath(name), context}
  throw new NotFoundError(
    `the selected context ${JSON.stringify(name)} does not exist`,
    'select another with `nats context select`, none with `nats context unselect`, or add --no-context',
  )
}

/**
 * Changes a context, or makes it, while no other process does: `change` gets the saved context (`undefined` for none) and
 * returns the new one. A context that stays equal is not written. Returns what is saved now, and whether that is new.
 */
export async function updateContext(
  name: string,
  change: (saved: Context | undefined) => Context,
): Promise<{context: Context; changed: boolean}> {
  const path = contextPath(name)
  return changing(`save context "${name}"`, () => {
    const saved = readIfSaved(name)
    const context = change(saved)
    const text = contextToText(context)
    if (saved && text === readIfThere(path)) return {context, changed: false}
    makeFolder(contextFolder(), 0o700)
    replaceFile(path, text)
    return {context, changed: true}
  })
}

/** Removes a context, and its selection. Throws NotFoundError when there is none; one that can not be read is removed too. */
export async function removeContext(name: string): Promise<{unselected: boolean}> {
  if (!contextExists(name)) throw notFound(name)
  const path = contextPath(name)
  return changing(`remove context "${name}"`, () => {
    rmSync(path, {force: true})
    const unselected = selectedContext() === name
    if (unselected) rmSync(selectedFile())
    return {unselected}
  })
}

/** Selects a context, which must be readable, and remembers the one selected before. */
export async function selectContext(name: string): Promise<Context> {
  const context = readContext(name)
  const selected = selectedContext()
  if (selected === name) return context
  await changing(`select context "${name}"`, () => {
    const before = selectedContext()
    if (before !== undefined && before !== name) replaceFile(previousFile(), before)
    replaceFile(selectedFile(), name)
  })
  return context
}

/** Selects no context. Returns the name of the one that was selected, which becomes the previous one; `undefined` for none. */
export async function unselectContext(): Promise<string | undefined> {
  if (selectedContext() === undefined) return undefined
  return changing('unselect the context', () => {
    const name = selectedContext()
    if (name === undefined) return undefined
    replaceFile(previousFile(), name)
    rmSync(selectedFile())
    return name
  })
}

/** The name in a file; other clients and people may have left a newline after it. A file in a folder that is closed to us counts as absent. */
function readName(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/[\r\n]+$/, '') || undefined
  } catch (error) {
    if (isAbsent(error) || !existsSync(path)) return undefined
    throw unreadable('the selected context', error)
  }
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unreadable(what, error)
  }
}

function unreadable(what: string, cause: unknown): CliError {
  return new CliError(`${what} can not be read: ${(cause as Error).message}`, {
    cause,
    hint: 'check the owner and the mode of the file',
  })
}

/** Does `work` under the lock of the store; a failure of the file system tells what could not be done, and where. */
async function changing<T>(what: string, work: () => T): Promise<T> {
  try {
    return await withLock(join(configFolder(), 'context.lock'), work)
  } catch (cause) {
    if (!('code' in (cause as Error))) throw cause
    throw new CliError(`can not ${what}: ${(cause as Error).message}`, {
      cause,
      hint: `contexts are kept in ${contextFolder()}; set XDG_CONFIG_HOME to a folder that can be written`,
    })
  }
}
