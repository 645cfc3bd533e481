import {describeError, ExitCode} from '../errors.ts'
import {type ContextRecord, contextFaults, contextRecord, renderContext} from './describe.ts'
import {contextPath, readContext, type SavedContext} from './store.ts'
import {type ConnectionResult, tryConnection} from './try-connection.ts'

/** What is told of a context that was checked; of one that can not be read there is no more than the name and the file. */
export type CheckRecord = ({name: string; path?: string} | ContextRecord) & {valid: boolean; faults: string[]}
export type ContextCheck = {record: CheckRecord; exitCode: number; saved?: SavedContext; attempt?: ConnectionResult}

/**
 * Checks one context: that it can be read, that its files are there, that a command could use all that it says, and with
 * `connect` that it connects. Does not throw for a faulty one.
 */
export async function checkContext(
  name: string,
  flags: {connect?: boolean; timeout?: string; trace?: boolean},
  warn: (text: string) => void,
): Promise<ContextCheck> {
  let saved: SavedContext
  try {
    saved = {name, path: contextPath(name), context: readContext(name)}
  } catch (error) {
    return {record: {name, valid: false, faults: [describeError(error).message]}, exitCode: ExitCode.Failed}
  }
  const missing = contextFaults(saved.context)
  if (missing.length === 0) missing.push(...(await settingsFaults(saved)))
  const attempt = flags.connect ? await tryConnection(saved, flags, warn) : undefined
  const faults = attempt?.ok === false ? [...new Set([...missing, attempt.error])] : missing
  const exitCode = missing.length === 0 && attempt?.ok === false ? attempt.exitCode : ExitCode.Failed
  return {
    record: {...contextRecord(saved, attempt), valid: faults.length === 0, faults},
    exitCode: faults.length === 0 ? ExitCode.Done : exitCode,
    saved,
    attempt,
  }
}

/** What a command would fail with before it connects. Programs that keep credentials (nsc, op) are not asked for them. */
async function settingsFaults(saved: SavedContext): Promise<string[]> {
  const {resolveSettings} = await import('../connection/settings.ts')
  const {planConnection} = await import('../connection/dial.ts')
  try {
    const settings = resolveSettings({}, {}, saved, VERSION)
    const elsewhere = [settings.nsc, settings.creds, settings.nkey].some((one) => one?.value.includes('://'))
    if (!elsewhere) await planConnection(settings)
    return []
  } catch (error) {
    const {message, stack} = describeError(error)
    if (stack) throw error
    return [message]
  }
}

/** The check for people: the block of the context. */
export function renderCheck({record, saved, attempt}: ContextCheck): string {
  return saved ? renderContext(saved, attempt) : `Could not load ${record.name}: ${record.faults.join('; ')}\n`
}
