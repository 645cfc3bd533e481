import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {CliError} from '../errors.ts'
import {type LocalServer, type ServerOptions, startServer} from './start.ts'

const FORMED_WITHIN = 60_000
const ATTEMPTS = 3

/** A server of a cluster: with its name, and the options that start it again in the same place. */
export type ClusterServer = LocalServer & {name: string; options: ServerOptions}

/**
 * Starts a cluster with JetStream and waits until its metadata group has a leader and all members, so that a stream
 * with as many replicas can be made at once. Ports given are the first server's; the others take free ones.
 *
 * @param size number of servers, at least 2
 * @throws CliError as startServer does, or when the cluster does not form; no server is left behind
 */
export async function startCluster(size: number, options: ServerOptions): Promise<ClusterServer[]> {
  for (let attempt = 1; ; attempt++) {
    const started: ClusterServer[] = []
    try {
      const members = await memberOptions(size, options)
      const outcomes = await Promise.allSettled(members.map(startMember))
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      started.push(...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
      if (failed) throw failed.reason
      await clusterFormed(started, options.signal)
      return started
    } catch (error) {
      await Promise.all(started.map((server) => server.stop('SIGKILL')))
      // The routes' ports are found free first and taken later: another program may have come in between.
      const route = error instanceof CliError && /route.*already in use/.test(error.message)
      if (!route || attempt === ATTEMPTS) throw error
    }
  }
}

async function startMember(options: ServerOptions & {name: string}): Promise<ClusterServer> {
  const server = await startServer(options)
  return {...server, name: options.name, options: {...options, port: server.port}}
}

async function memberOptions(size: number, options: ServerOptions): Promise<(ServerOptions & {name: string})[]> {
  const ports = await freePorts(size)
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`)
  const base = options.name ?? 'local'
  return routes.map((route, index) => {
    const name = `${base}-${index + 1}`
    return {
      ...options,
      name,
      jetstream: true,
      port: index === 0 ? options.port : 0,
      httpPort: index === 0 ? (options.httpPort ?? 0) : 0,
      storeDir: options.storeDir && join(options.storeDir, name),
      args: ['--cluster_name', base, '--cluster', route, '--routes', routes.join(','), ...(options.args ?? [])],
    }
  })
}

/** Ports of the loopback address that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const listeners = await Promise.all(
    Array.from(
      {length: count},
      () =>
        new Promise<Server>((resolve, reject) => {
          const listener = createServer().once('error', reject)
          listener.listen(0, '127.0.0.1', () => resolve(listener))
        }),
    ),
  )
  const ports = listeners.map((listener) => (listener.address() as {port: number}).port)
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))))
  return ports
}

/** Part of what the monitoring page /jsz says. */
type JetStreamState = {
  config?: unknown
  meta_cluster?: {leader?: string; replicas?: {current?: boolean; offline?: boolean}[]}
}

async function clusterFormed(servers: ClusterServer[], signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + FORMED_WITHIN
  while (Date.now() < deadline) {
    for (const {name, httpUrl} of servers) {
      signal?.throwIfAborted()
      const {meta_cluster: group} = await jetStreamState(httpUrl!)
      const present = group?.replicas?.filter(({current, offline}) => current && !offline) ?? []
      if (group?.leader === name && present.length === servers.length - 1) return
    }
    await sleep(50)
  }
  throw new CliError(`the ${servers.length} servers formed no JetStream cluster within ${FORMED_WITHIN / 1000} seconds`)
}

async function jetStreamState(httpUrl: string): Promise<JetStreamState> {
  const response = await fetch(`${httpUrl}/jsz`)
  return response.ok ? ((await response.json()) as JetStreamState) : {}
}
