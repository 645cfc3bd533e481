import {execFile} from 'node:child_process'
import {constants} from 'node:fs'
import {access, readdir, stat} from 'node:fs/promises'
import {homedir} from 'node:os'
import {delimiter, isAbsolute, join} from 'node:path'
import {UsageError} from '../errors.ts'
import {newestVersion} from './version.ts'

type Environment = Record<string, string | undefined>

/** What a server's file is called on this system. */
export const BINARY = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server'

/**
 * The folder that servers are installed in, as `<version>/nats-server`: NATS_SERVER_CACHE, else `nats/server` in
 * XDG_CACHE_HOME (which the XDG base directory specification says to ignore when it is relative), else in ~/.cache.
 */
export function cacheFolder(env: Environment = process.env): string {
  if (env.NATS_SERVER_CACHE) return env.NATS_SERVER_CACHE
  const cache = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : undefined
  return join(cache ?? join(env.HOME || homedir(), '.cache'), 'nats', 'server')
}

/**
 * Looks for a server: the given file, NATS_SERVER_BIN, PATH and the folders for servers that a user's PATH often lacks,
 * then the newest in the cache.
 *
 * @returns the path of the server, undefined when there is none
 * @throws UsageError when the file that is named, by flag or variable, is not a program
 */
export async function findServer(binary?: string, env: Environment = process.env): Promise<string | undefined> {
  if (binary !== undefined) return named(binary, '--binary')
  if (env.NATS_SERVER_BIN) return named(env.NATS_SERVER_BIN, 'NATS_SERVER_BIN')

  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders) {
    const path = join(folder, BINARY)
    if (await isProgram(path)) return path
  }
  return findCached(undefined, env)
}

/** The newest server in the cache; of the wanted version or series (`2.10`) when one is given. */
export async function findCached(wanted?: string, env: Environment = process.env): Promise<string | undefined> {
  const folder = cacheFolder(env)
  const entries = await readdir(folder).catch(() => [])
  const installed: string[] = []
  for (const version of entries) {
    if (/^\d/.test(version) && (await isProgram(join(folder, version, BINARY)))) installed.push(version)
  }
  const version = newestVersion(installed, wanted)
  return version && join(folder, version, BINARY)
}

/** The version that a server says it is, without the `v`; undefined when the file does not run or is something else. */
export async function serverVersion(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], {timeout: 10_000}, (error, stdout) => {
      resolve(error ? undefined : /^nats-server: v?(\S+)/.exec(stdout)?.[1])
    })
  })
}

async function named(path: string, source: string): Promise<string> {
  if (await isProgram(path)) return path
  throw new UsageError(`${source}: ${path} is not a program that can be run`, 'give the path of a nats-server')
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
