import {UsageError} from '../errors.ts'
import {isInputTerminal} from '../output/terminal.ts'
import {cacheFolder, findServer} from './find.ts'

type Wishes = {
  /** The server that the user names, if any. */
  binary?: string
  /** Whether the user has said yes to an install. */
  install?: boolean
  /** Milliseconds that a download may stand still. */
  timeout: number
}

/**
 * Finds a nats-server, and offers to install one where there is none.
 *
 * @param ask resolves when the user says yes, and throws when not
 * @param tell is told what an install is doing
 * @returns the path of the server
 * @throws UsageError where there is none and nobody to ask; what an install throws
 */
export async function obtainServer(
  {binary, install, timeout}: Wishes,
  ask: (question: string) => Promise<void>,
  tell: (step: string) => void,
): Promise<string> {
  const found = await findServer(binary)
  if (found) return found

  if (!install && process.env.NATS_SERVER_INSTALL !== '1') {
    if (!isInputTerminal()) {
      throw new UsageError(
        `no nats-server in PATH, nor in ${cacheFolder()}`,
        '--install or NATS_SERVER_INSTALL=1 installs it, as does `nats server install`; ' +
          '--binary or NATS_SERVER_BIN names one that you have',
      )
    }
    await ask(`There is no nats-server here. Install it in ${cacheFolder()}?`)
  }
  const {installServer} = await import('./install.ts')
  const {path, version} = await installServer({timeout, onStep: tell})
  tell(`installed nats-server ${version} in ${path}`)
  return path
}
