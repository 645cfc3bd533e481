import {mkdir, mkdtemp, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {CliError, ExitCode} from '../errors.ts'
import {fetchPackage, type Suite} from './apt.ts'
import {BINARY, cacheFolder, findCached, serverVersion} from './find.ts'
import {guard} from './guard.ts'
import {fetchRelease, releasesUrl, releaseVersion} from './release.ts'
import {coversVersion} from './version.ts'

export type InstallOptions = {
  /** A version, `2.10.27`, or a series, `2.10`; without it the newest. */
  version?: string
  /** Take Debian's package of this suite, and no release. */
  suite?: Suite
  /** Milliseconds that a transfer may stand still. */
  timeout: number
  /** Is told what is being done, in words for the user. */
  onStep?: (step: string) => void
}

export type Installed = {path: string; version: string; source: 'release' | 'package' | 'cache'}

type Source = {name: 'release' | 'package'; fetch(folder: string): Promise<string>}

/**
 * Installs a nats-server in the cache folder: the upstream release, else Debian's package. Everything is fetched, checked
 * and run in a folder of its own, then renamed into place: an install that fails, is interrupted or killed leaves
 * nothing behind, and of two at the same time both succeed.
 *
 * @throws CliError of the first source when none can be used, with what each of them said; at once for an archive
 *   that is not what was published
 */
export async function installServer(options: InstallOptions): Promise<Installed> {
  const {version, suite, onStep} = options
  const present = version && !suite ? await findCached(version) : undefined
  if (present) return {path: present, version: (await serverVersion(present)) ?? version!, source: 'cache'}

  const cache = cacheFolder()
  await mkdir(cache, {recursive: true})
  const folder = await mkdtemp(join(cache, '.install-'))
  const watch = guard({folder})
  try {
    const failures: CliError[] = []
    for (const source of sources(options)) {
      try {
        onStep?.(
          source.name === 'release'
            ? `fetching the release from ${releasesUrl()}`
            : "fetching Debian's package with apt",
        )
        const work = join(folder, source.name)
        await mkdir(work)
        return {...(await place(await source.fetch(work), folder, version)), source: source.name}
      } catch (error) {
        if (!(error instanceof CliError) || !GO_ON.has(error.exitCode)) throw error
        failures.push(error)
      }
    }
    throw new CliError(['no nats-server could be installed', ...failures.map(({message}) => message)].join('\n  '), {
      exitCode: failures[0]!.exitCode,
      hint: 'install nats-server by other means, and name it with --binary or NATS_SERVER_BIN',
    })
  } finally {
    await rm(folder, {recursive: true, force: true, maxRetries: 3})
    watch.release()
  }
}

/** Failures of one source after which the other is tried. */
const GO_ON = new Set<number>([ExitCode.Unreachable, ExitCode.NotFound])

function sources({version, suite, timeout}: InstallOptions): Source[] {
  const base = releasesUrl()
  const release: Source = {
    name: 'release',
    fetch: async (folder) => fetchRelease(folder, base, await releaseVersion(base, version, timeout), timeout),
  }
  const debian: Source = {name: 'package', fetch: (folder) => fetchPackage(folder, {version, suite, timeout})}
  return suite ? [debian] : [release, debian]
}

/** Tries the server out and moves it to its place in the cache, unless the same version is there already. */
async function place(binary: string, folder: string, wanted?: string): Promise<{path: string; version: string}> {
  const version = await serverVersion(binary)
  if (!version) throw new CliError('the nats-server that was fetched does not run on this machine')
  if (wanted !== undefined && !coversVersion(wanted, version)) {
    throw new CliError(`the nats-server that was fetched is ${version}, not ${wanted}`)
  }

  const staged = join(folder, version)
  await mkdir(staged)
  await rename(binary, join(staged, BINARY))
  const home = join(cacheFolder(), version)
  const path = join(home, BINARY)
  try {
    await rename(staged, home)
  } catch (error) {
    // Another install was faster; its server will do if it runs.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as {code?: string}).code ?? '')) throw error
    if ((await serverVersion(path)) !== version) await rename(join(staged, BINARY), path)
  }
  return {path, version}
}
