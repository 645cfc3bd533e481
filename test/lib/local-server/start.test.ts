import {existsSync} from 'node:fs'
import {jetstreamManager} from '@nats-io/jetstream'
import {connect} from '@nats-io/transport-node'
import {describe, expect, it} from 'vitest'
import {startCluster, startServer, testFolder} from '../../support/server.ts'
import {SERVERS, type ServerVersion} from '../../support/servers.ts'

describe('one server', () => {
  it.each(Object.keys(SERVERS) as ServerVersion[])('serves clients (%s)', async (version) => {
    const server = await startServer({version, name: 'one'})
    const connection = await connect({servers: server.url})
    expect(connection.info?.version).toMatch(
      version === 'newest' ? /^2\.\d\d/ : new RegExp(`^${version}\\.`.replace('.', '\\.')),
    )
    expect(connection.info?.server_name).toBe('one')
    await connection.close()
    expect(server.log()).toContain('Server is ready')
  })

  it('keeps ports and data over a restart, also after a kill', async () => {
    const server = await startServer({jetstream: true, http: true})
    const {url, httpUrl} = server
    const add = await connect({servers: url})
    await (await jetstreamManager(add)).streams.add({name: 'KEPT', subjects: ['kept']})
    await add.close()
    await server.restart()
    await server.kill()
    await server.restart()
    expect([server.url, server.httpUrl]).toEqual([url, httpUrl])
    const look = await connect({servers: server.url})
    expect((await (await jetstreamManager(look)).streams.info('KEPT')).config.subjects).toEqual(['kept'])
    await look.close()
  })

  it('is gone after it was stopped', async () => {
    const server = await startServer()
    await server.stop()
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH')
    await expect(connect({servers: server.url, reconnect: false})).rejects.toThrow()
  })

  it('serves websockets as its configuration says', async () => {
    const server = await startServer({config: 'websocket { port: -1, no_tls: true }'})
    expect(server.websocketUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/)
  })

  it('tells why it does not start', async () => {
    await expect(startServer({config: 'nonsense: {'})).rejects.toThrow(/server\.conf/)
    const other = await startServer()
    await expect(startServer({port: other.port})).rejects.toThrow(/address already in use/)
  })
})

describe('a cluster', () => {
  it.each(Object.keys(SERVERS) as ServerVersion[])(
    'makes a stream with three replicas at once (%s)',
    async (version) => {
      const servers = await startCluster(3, {version})
      const connection = await connect({servers: servers[0]!.url})
      const manager = await jetstreamManager(connection)
      const {cluster} = await manager.streams.add({name: 'R3', subjects: ['r3'], num_replicas: 3})
      expect(cluster?.replicas).toHaveLength(2)
      await connection.close()
    },
  )

  it('takes a member back after a kill', async () => {
    const servers = await startCluster(3)
    await servers[1]!.kill()
    await servers[1]!.restart()
    const connection = await connect({servers: servers[1]!.url})
    expect(connection.info?.server_name).toBe(servers[1]!.name)
    await expect.poll(() => connection.info?.connect_urls?.length, {timeout: 10_000}).toBe(3)
    await connection.close()
  })
})

it('removes the folder of a test file at its end', async () => {
  expect(existsSync(await testFolder())).toBe(true)
})
