import {parseServers} from '../connection/servers.ts'
import {CliError, ExitCode} from '../errors.ts'
import {givenSettings, withGiven} from './given.ts'
import {embedFiles} from './references.ts'
import {contextPath, readContext, type SavedContext, updateContext} from './store.ts'

/** The flags of `add` and `copy`; the connection flags are among them. */
type Flags = Record<string, unknown> & {embed?: boolean}

/**
 * Saves what flags and environment give under `name`: over the context of that name, or over a copy of `source`, when
 * `name` must not be taken (exit code 8). Returns what is saved, and the variables that gave something.
 */
export async function saveGiven(
  name: string,
  flags: Flags,
  source?: string,
): Promise<{saved: SavedContext; variables: string[]}> {
  const given = givenSettings(flags, process.env)
  if (given.settings.url)
    parseServers(given.settings.url, given.variables.includes('NATS_URL') ? 'NATS_URL' : '--server')
  const copied = source === undefined ? undefined : readContext(source)
  const {context} = await updateContext(name, (existing) => {
    if (copied && existing) throw taken(name)
    const result = withGiven(copied ?? existing, given)
    return flags.embed ? embedFiles(result) : result
  })
  return {saved: {name, path: contextPath(name), context}, variables: given.variables}
}

function taken(name: string): CliError {
  return new CliError(`context "${name}" exists already`, {
    exitCode: ExitCode.Conflict,
    hint: 'choose another name, or remove it first with `nats context rm`',
  })
}
