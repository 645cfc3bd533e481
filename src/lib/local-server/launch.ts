import {access, constants} from 'node:fs/promises'
import {UsageError} from '../errors.ts'
import {makeFolder} from '../make-folder.ts'
import {startCluster} from './cluster.ts'
import {type LocalServer, type ServerOptions, startServer} from './start.ts'

/** What the flags of `nats server run` and `exec` say. */
export type LaunchFlags = {
  port?: number
  'http-port'?: number
  name?: string
  config?: string
  jetstream?: boolean
  'store-dir'?: string
  cluster?: number
}

/** A server or a cluster that is ready for clients. */
export type Launched = {
  /** The URLs of all servers, separated by commas: what NATS_URL and `--server` take. */
  url: string
  servers: (LocalServer & {name?: string})[]
  /** Resolves when one of the servers has ended, to its name and how it did. */
  ended: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts what the flags ask for: one server or a cluster.
 *
 * @throws UsageError for a configuration or a folder that cannot be used; CliError when a server does not start
 */
export async function launch(
  binary: string,
  flags: LaunchFlags,
  {signal, onLog}: Pick<ServerOptions, 'signal' | 'onLog'>,
): Promise<Launched> {
  const {config, cluster, name, jetstream, 'store-dir': storeDir} = flags
  if (config !== undefined) await mustWork('--config', () => access(config, constants.R_OK))
  if (storeDir !== undefined) await mustWork('--store-dir', async () => makeFolder(storeDir))

  const options = {
    binary,
    port: flags.port,
    httpPort: flags['http-port'],
    name,
    config,
    jetstream,
    storeDir,
    signal,
    onLog,
  }
  const servers = cluster ? await startCluster(cluster, options) : [{...(await startServer(options)), name}]
  return {
    url: servers.map(({url}) => url).join(','),
    servers,
    ended: Promise.race(servers.map(async (server) => `${server.name ?? 'nats-server'} ${await server.ended}`)),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}

/**
 * What of the servers' logs the user sees: warnings and errors while `on`, which is for when all servers are ready
 * and none is being stopped; with `all` every line at any time. `show` gets a line with the server's name, without
 * process id and time.
 */
export class LogFilter {
  on = false

  private readonly show: (text: string) => void
  private readonly all: boolean

  constructor(show: (text: string) => void, all = false) {
    this.show = show
    this.all = all
  }

  readonly take = (line: string, name = 'nats-server') => {
    const wanted = this.all || (this.on && /\[(WRN|ERR|FTL)\]/.test(line))
    if (wanted) this.show(`${name} ${line.replace(/^\[\d+\] \S+ \S+ /, '')}`)
  }
}

async function mustWork(flag: string, use: () => Promise<unknown>): Promise<void> {
  await use().catch((error: Error) => {
    const [, why, path] = /^E[A-Z]+: (.*), \w+ '(.*)'$/s.exec(error.message) ?? []
    throw new UsageError(`${flag}: ${path ? `${path}: ${why}` : error.message}`)
  })
}
