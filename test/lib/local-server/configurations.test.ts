import {readFile} from 'node:fs/promises'
import {jetstreamManager} from '@nats-io/jetstream'
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  jwtAuthenticator,
  nkeyAuthenticator,
} from '@nats-io/transport-node'
import {describe, expect, it} from 'vitest'
import {nkeyAuth, operatorAuth, passwordAuth, secretFile, systemAccountAuth, tokenAuth} from '../../support/auth.ts'
import {certificateAuthority, tlsConfig} from '../../support/certs.ts'
import {startCluster, startLeafNode, startServer, type TestServer} from '../../support/server.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

async function enters(server: TestServer, options: ConnectionOptions): Promise<boolean> {
  const connection = await connect({servers: server.url, reconnect: false, ...options}).catch((error) => {
    if (/authorization|certificate|ECONNRESET/i.test(error.message)) return undefined
    throw error
  })
  await connection?.close()
  return connection !== undefined
}

describe('authentication', () => {
  it('by token', async () => {
    const server = await startServer({config: tokenAuth('s3cr3t')})
    expect(await enters(server, {token: 's3cr3t'})).toBe(true)
    expect(await enters(server, {token: 'other'})).toBe(false)
  })

  it('by password, with permissions', async () => {
    const permissions = {publish: {deny: ['denied']}}
    const server = await startServer({config: passwordAuth([{user: 'ann', password: 'a', permissions}])})
    expect(await enters(server, {user: 'ann', pass: 'b'})).toBe(false)
    const connection = await connect({servers: server.url, user: 'ann', pass: 'a'})
    connection.publish('denied')
    await connection.flush()
    await expect.poll(() => server.log()).toMatch(/Publish Violation .*"denied"/)
    await connection.close()
  })

  it('by nkey', async () => {
    const {config, seed} = nkeyAuth()
    const server = await startServer({config})
    expect(await enters(server, {authenticator: nkeyAuthenticator(bytes(seed))})).toBe(true)
    expect(await enters(server, {})).toBe(false)
  })

  it('by JWT, in operator mode', async () => {
    const auth = operatorAuth()
    const server = await startServer({config: auth.config})
    const {jwt, seed, creds} = auth.user()
    const file = await secretFile('user.creds', creds)
    expect(await enters(server, {authenticator: jwtAuthenticator(jwt, bytes(seed))})).toBe(true)
    expect(await enters(server, {authenticator: credsAuthenticator(await readFile(file))})).toBe(true)
    expect(await enters(server, {authenticator: credsAuthenticator(bytes(auth.systemUser().creds))})).toBe(true)
    expect(await enters(server, {authenticator: credsAuthenticator(bytes(auth.revoked.creds))})).toBe(false)
    const expired = auth.user('late', {expiresIn: -60})
    expect(await enters(server, {authenticator: jwtAuthenticator(expired.jwt, bytes(expired.seed))})).toBe(false)
  })

  it('of the system account', async () => {
    const server = await startServer({config: systemAccountAuth(), jetstream: true})
    const connection = await connect({servers: server.url, user: 'sys', pass: 'sys'})
    const reply = await connection.request('$SYS.REQ.SERVER.PING', '')
    expect(reply.json()).toMatchObject({server: {name: server.name, jetstream: true}})
    await connection.close()
  })
})

it('a cluster with a configuration', async () => {
  const servers = await startCluster(3, {config: systemAccountAuth()})
  const connection = await connect({servers: servers[2]!.url, user: 'sys', pass: 'sys'})
  const names = async () => {
    const replies = await connection.requestMany('$SYS.REQ.SERVER.PING', '', {maxMessages: 3, maxWait: 1000})
    const found: string[] = []
    for await (const reply of replies) found.push(reply.json<{server: {name: string}}>().server.name)
    return found.sort()
  }
  await expect.poll(names, {timeout: 10_000}).toEqual(servers.map(({name}) => name))
  await connection.close()
})

describe('TLS', () => {
  it('lets in who has the right authority and certificate', async () => {
    const [authority, stranger] = [await certificateAuthority(), await certificateAuthority('Stranger CA')]
    const own = await authority.issue('server')
    const server = await startServer({config: tlsConfig(own, {ca: authority.ca, verify: true})})
    const {cert, key} = await authority.issue('client')
    expect(await enters(server, {tls: {caFile: authority.ca, certFile: cert, keyFile: key}})).toBe(true)
    expect(await enters(server, {tls: {caFile: authority.ca}})).toBe(false)
    expect(server.log()).toMatch(/client didn't provide a certificate/)
    expect(await enters(server, {tls: {caFile: stranger.ca, certFile: cert, keyFile: key}})).toBe(false)
  })

  it('keeps out a server with another name, or an expired certificate', async () => {
    const authority = await certificateAuthority()
    for (const options of [{hosts: ['elsewhere.example']}, {expired: true}]) {
      const server = await startServer({config: tlsConfig(await authority.issue('server', options))})
      expect(await enters(server, {tls: {caFile: authority.ca}})).toBe(false)
    }
  })
})

it('a leaf node reaches the JetStream domain of its hub', async () => {
  const {hub, leaf} = await startLeafNode({jetstream: true})
  const [far, near] = [await connect({servers: hub.url}), await connect({servers: leaf.url})]
  await (await jetstreamManager(far)).streams.add({name: 'HUB', subjects: ['hub']})
  const manager = await jetstreamManager(near, {domain: 'hub', checkAPI: false})
  await expect
    .poll(
      () =>
        manager.streams
          .names()
          .next()
          .catch(() => []),
      {timeout: 10_000},
    )
    .toEqual(['HUB'])
  await Promise.all([far.close(), near.close()])
})
