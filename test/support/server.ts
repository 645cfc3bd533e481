import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll} from 'vitest'
import * as cluster from '../../src/lib/local-server/cluster.ts'
import {type Guard, guard} from '../../src/lib/local-server/guard.ts'
import * as start from '../../src/lib/local-server/start.ts'
import {installedServer, type ServerVersion} from './servers.ts'

export const {freePorts} = cluster

export type TestServerOptions = {
  /** Text of a configuration file. */
  config?: string
  args?: string[]
  jetstream?: boolean
  /** Serve the monitoring pages, on a free port. */
  http?: boolean
  version?: ServerVersion
  /** A free one without it. */
  port?: number
  name?: string
}

/** A real nats-server. It is stopped at the end of the test file, whatever happens in it. */
export type TestServer = {
  readonly url: string
  readonly port: number
  readonly httpUrl?: string
  readonly websocketUrl?: string
  readonly name: string
  readonly pid: number
  /** What it logged since it was last started. */
  log(): string
  stop(): Promise<void>
  /** Ends it without giving it a chance to tell its clients. */
  kill(): Promise<void>
  /** Starts it again, stopping it first if it runs: on the same ports, with the same data. */
  restart(): Promise<void>
}

const running = new Set<start.LocalServer>()
let made: Promise<{folder: string; watch: Guard}> | undefined
let count = 0

afterAll(async () => {
  await Promise.all([...running].map((server) => server.stop('SIGKILL')))
  running.clear()
  if (!made) return
  const {folder, watch} = await made
  await rm(folder, {recursive: true, force: true, maxRetries: 3})
  watch.release()
  made = undefined
})

/** A folder of this test file's own, removed at its end. */
export async function testFolder(name = 'folder'): Promise<string> {
  made ??= mkdtemp(join(tmpdir(), 'nats-test-')).then((folder) => ({folder, watch: guard({folder})}))
  return mkdtemp(join((await made).folder, `${name}-`))
}

/** Starts a server on free ports of the loopback address. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const startOptions = await toStartOptions(options)
  return controls(await begin(startOptions), startOptions)
}

/** Starts a cluster with JetStream, ready for streams with as many replicas. */
export async function startCluster(size: number, options: TestServerOptions = {}): Promise<TestServer[]> {
  const servers = await cluster.startCluster(size, await toStartOptions({...options, jetstream: true}))
  for (const server of servers) running.add(server)
  return servers.map((server) => controls(server, server.options))
}

/**
 * Starts a hub and a leaf node that is connected to it. With `jetstream` each has a domain of its own: `hub`, `leaf`.
 */
export async function startLeafNode(options: TestServerOptions = {}): Promise<{hub: TestServer; leaf: TestServer}> {
  const [port] = await freePorts(1)
  const domain = (name: string) => (options.jetstream ? `jetstream { domain: ${name} }` : '')
  const both = (name: string, config: string) => startServer({...options, name, config: `${config}\n${domain(name)}`})
  const hub = await both('hub', `leafnodes { port: ${port} }`)
  const leaf = await both('leaf', `leafnodes { remotes: [{url: "nats-leaf://127.0.0.1:${port}"}] }`)
  const deadline = Date.now() + 10_000
  while (!/Leafnode connection created/.test(hub.log())) {
    if (Date.now() > deadline) throw new Error(`the leaf node did not connect:\n${leaf.log()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return {hub, leaf}
}

async function toStartOptions(options: TestServerOptions): Promise<start.ServerOptions & {name: string}> {
  const {version = 'newest', jetstream = false, http = false} = options
  const binary = await installedServer(version)
  if (!binary) throw new Error(`no nats-server ${version} is installed: vitest's global set-up does that`)
  const name = options.name ?? `test-${++count}`
  const folder = await testFolder(name)
  const config = options.config === undefined ? undefined : join(folder, 'server.conf')
  if (config) await writeFile(config, options.config!)
  return {
    binary,
    name,
    config,
    port: options.port ?? 0,
    httpPort: http ? 0 : undefined,
    jetstream,
    // Outlives a restart, which a folder of the server's own would not.
    storeDir: jetstream ? join(folder, 'store') : undefined,
    args: [...(config ? ['--addr', '127.0.0.1'] : []), ...(options.args ?? [])],
  }
}

async function begin(options: start.ServerOptions): Promise<start.LocalServer> {
  const server = await start.startServer(options)
  running.add(server)
  return server
}

function controls(first: start.LocalServer, options: start.ServerOptions): TestServer {
  let server = first
  const end = async (signal?: 'SIGKILL') => {
    await server.stop(signal)
    running.delete(server)
  }
  return {
    name: options.name!,
    get url() {
      return server.url
    },
    get port() {
      return server.port
    },
    get httpUrl() {
      return server.httpUrl
    },
    get websocketUrl() {
      return server.websocketUrl
    },
    get pid() {
      return server.pid
    },
    log: () => server.log(),
    stop: () => end(),
    kill: () => end('SIGKILL'),
    async restart() {
      await end()
      const httpPort = server.httpUrl ? Number(new URL(server.httpUrl).port) : options.httpPort
      server = await begin({...options, port: server.port, httpPort})
    },
  }
}
