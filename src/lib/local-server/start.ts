import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {CliError} from '../errors.ts'
import {guard} from './guard.ts'

export type ServerOptions = {
  /** The nats-server to start. */
  binary: string
  /** Port for clients, 0 for a free one; without it the configuration's, or 4222. */
  port?: number
  /** Port for monitoring over HTTP, 0 for a free one; without it the configuration's, or none. */
  httpPort?: number
  name?: string
  /** Path of a configuration file; what is given here goes before what it says. */
  config?: string
  jetstream?: boolean
  /** Where JetStream keeps its data, which is then there after the end; without it in a folder that goes with the server. */
  storeDir?: string
  /** More arguments for nats-server. */
  args?: string[]
  /** Is called with each line of the server's log, and the name that was given to the server. */
  onLog?: (line: string, name?: string) => void
  /** Gives up waiting for the server, and stops it. */
  signal?: AbortSignal
}

export type LocalServer = {
  /** URL for clients, with an address of this machine. */
  url: string
  port: number
  /** URL of the monitoring pages, if there are any. */
  httpUrl?: string
  websocketUrl?: string
  pid: number
  /** The last megabytes of what the server logged. */
  log(): string
  /** Resolves when the process has ended, to how it did. */
  ended: Promise<string>
  /** Ends the server in order, or at once with SIGKILL, and removes what was made for it. Resolves when it is gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** What nats-server writes to its ports file once it is ready for clients. */
type Ports = {nats?: string[]; monitoring?: string[]; websocket?: string[]}

const READY_WITHIN = 60_000
const STOPPED_WITHIN = 10_000
const LOG_KEPT = 4 << 20

/**
 * Starts a nats-server and waits until clients can connect. Without a configuration it listens on the loopback
 * address only. The process ends with this program, however that ends.
 *
 * @throws CliError with what the server said when it does not start
 */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  options.signal?.throwIfAborted()
  const folder = await mkdtemp(join(tmpdir(), 'nats-server-'))
  const child = spawn(options.binary, serverArguments(options, folder), {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A ^C at the terminal is for us; the server is stopped after its clients have ended.
    detached: true,
    // A configuration with JetStream but no folder for it would share one folder of the machine's.
    env: {...process.env, TMPDIR: folder},
  })
  const watch = guard({child, folder})
  const log = collectLog(child, (line) => options.onLog?.(line, options.name))
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be run: ${error.message}`))
    child.once('close', (code, signal) => resolve(signal ? `was killed by ${signal}` : `ended with exit code ${code}`))
  })
  let gone = false
  ended.then(() => {
    gone = true
    watch.release()
  })

  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    if (!gone) {
      child.kill(signal)
      const force = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN)
      await ended
      clearTimeout(force)
    }
    await rm(folder, {recursive: true, force: true, maxRetries: 3})
  }

  try {
    const ports = await Promise.race([
      readPorts(folder, () => gone, options.signal),
      ended.then((how) => Promise.reject(failure(options, how, log()))),
    ])
    const url = ports.nats![0]!
    const [httpUrl, websocketUrl] = [ports.monitoring?.[0], ports.websocket?.[0]]
    return {url, port: Number(new URL(url).port), httpUrl, websocketUrl, pid: child.pid!, log, ended, stop}
  } catch (error) {
    await stop('SIGKILL')
    throw error
  }
}

function serverArguments(options: ServerOptions, folder: string): string[] {
  const args = ['--ports_file_dir', folder]
  const port = (number: number) => String(number === 0 ? -1 : number)
  if (options.config === undefined) args.push('--addr', '127.0.0.1')
  else args.push('--config', options.config)
  if (options.port !== undefined) args.push('--port', port(options.port))
  if (options.httpPort !== undefined) args.push('--http_port', port(options.httpPort))
  if (options.name !== undefined) args.push('--server_name', options.name)
  if (options.jetstream || options.storeDir !== undefined) {
    args.push('--jetstream', '--store_dir', options.storeDir ?? join(folder, 'store'))
  }
  return [...args, ...(options.args ?? [])]
}

async function readPorts(folder: string, gone: () => boolean, signal?: AbortSignal): Promise<Ports> {
  const deadline = Date.now() + READY_WITHIN
  while (Date.now() < deadline && !gone()) {
    signal?.throwIfAborted()
    const file = (await readdir(folder)).find((name) => name.endsWith('.ports'))
    const text = file ? await readFile(join(folder, file), 'utf8').catch(() => '') : ''
    // The server writes the file in place: it may be seen half written.
    if (text.trimEnd().endsWith('}')) return JSON.parse(text)
    await sleep(10)
  }
  throw new CliError(`nats-server was not ready within ${READY_WITHIN / 1000} seconds`)
}

function collectLog(child: ChildProcess, onLog: (line: string) => void): () => string {
  let kept = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    let partial = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-LOG_KEPT)
      const lines = (partial + text).split('\n')
      partial = lines.pop()!
      for (const line of lines) onLog(line)
    })
  }
  return () => kept
}

function failure({binary, config, port, httpPort}: ServerOptions, how: string, log: string): CliError {
  const lines = log.trim().split('\n')
  const reasons = lines.filter((line) => /\[(FTL|ERR)\]|^nats-server: /.test(line))
  const said = reasons.length ? reasons : lines.slice(-3)
  const why = said.map((line) => line.replace(/^.*?\[(FTL|ERR)\] |^nats-server: /, '')).join('; ')
  const what = config === undefined ? binary : `${binary} with ${config}`
  const taken = /address already in use/.test(log)
  return new CliError(`${what} ${how}${why && `: ${why}`}`, {hint: taken ? takenHint(port, httpPort) : undefined})
}

function takenHint(port?: number, httpPort?: number): string {
  const named = [port !== undefined && '--port', httpPort !== undefined && '--http-port'].filter(Boolean).join(' or ')
  return `another program listens there; choose another port${named && ` with ${named}`}, 0 for a free one`
}
