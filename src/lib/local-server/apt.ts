import {mkdir, readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {CliError, ExitCode, NotFoundError} from '../errors.ts'
import {debianSource, formatStanza} from './apt-sources.ts'
import {runTool} from './tool.ts'
import {newestVersion} from './version.ts'

/** Suites of Debian that have a nats-server, from the oldest to the newest. */
export const SUITES = ['bookworm', 'trixie', 'sid'] as const
export type Suite = (typeof SUITES)[number]

/**
 * Fetches Debian's nats-server with apt, which checks its signatures, from the machine's own mirror. Apt works in a folder
 * of ours: it needs no root, and what it knows about the machine stays as it is.
 *
 * @param folder an empty folder to work in
 * @param version a version or series; without it the newest
 * @param suite the only suite to look in; without it all for a version, else the newest
 * @param timeout milliseconds that a transfer may stand still
 * @returns the path of the server
 * @throws CliError: unreachable when the mirror is, or there is no apt; not found when no suite has that version
 */
export async function fetchPackage(
  folder: string,
  {version, suite, timeout}: {version?: string; suite?: Suite; timeout: number},
): Promise<string> {
  const source = await debianSource()
  if (!source) throw new CliError("apt has no source of Debian's packages here", {exitCode: ExitCode.Unreachable})

  const suites = suite ? [suite] : version ? [...SUITES] : [SUITES.at(-1)!]
  const config = await configure(folder, formatStanza({...source, suites, components: ['main']}), timeout)
  const apt = (command: string, ...args: string[]) => runTool(command, [`--config-file=${config}`, ...args], folder)
  await apt('apt-get', 'update', '--error-on=any').catch(unreachable)

  const listed = await apt('apt-cache', 'madison', 'nats-server')
  const versions = listed.split('\n').flatMap((line) => line.split('|')[1]?.trim() || [])
  const wanted = newestVersion(versions, version)
  if (!wanted) {
    throw new NotFoundError(
      `Debian's ${suites.join(', ')} have no nats-server ${version ?? ''}; they have ${versions.join(', ') || 'none'}`,
    )
  }

  await apt('apt-get', 'download', `nats-server=${wanted}`).catch(unreachable)
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'))!
  await runTool('dpkg-deb', ['--extract', join(folder, archive), join(folder, 'package')])
  return join(folder, 'package', 'usr', 'sbin', 'nats-server')
}

/**
 * Writes apt's configuration for one private use: the one source, and every folder that it writes to. Proxies and the
 * like stay the machine's. @returns the file
 */
async function configure(folder: string, stanza: string, timeout: number): Promise<string> {
  const [sources, state, cache] = ['sources', 'state', 'cache'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await mkdir(sources)
  await mkdir(join(state, 'lists', 'partial'), {recursive: true})
  await mkdir(join(cache, 'archives', 'partial'), {recursive: true})
  await writeFile(join(state, 'status'), '')
  await writeFile(join(sources, 'debian.sources'), stanza)

  const seconds = Math.max(1, Math.ceil(timeout / 1000))
  const settings: Record<string, string | number> = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': sources,
    'Dir::State': state,
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::Status': join(state, 'status'),
    'Dir::Cache': cache,
    'Dir::Cache::Archives': join(cache, 'archives'),
    'Acquire::Languages': 'none',
    'Acquire::http::Timeout': seconds,
    'Acquire::https::Timeout': seconds,
    // Root's apt would hand downloads to a user who cannot write here, and warn.
    'APT::Sandbox::User': 'root',
  }
  // Hooks of the machine's own apt, which tidy its caches and tell its desktop: not for ours.
  const hooks = ['Pre-Invoke', 'Post-Invoke', 'Post-Invoke-Success'].map((name) => `#clear APT::Update::${name};`)
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`)
  const file = join(folder, 'apt.conf')
  await writeFile(file, `${[...hooks, ...lines].join('\n')}\n`)
  return file
}

function unreachable(error: Error): never {
  throw new CliError(error.message, {exitCode: ExitCode.Unreachable, cause: error})
}
