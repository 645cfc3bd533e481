import {connect} from '@nats-io/transport-node'
import {describe, expect, it} from 'vitest'
import {nkeyAuth, operatorAuth, passwordAuth, secretFile, tokenAuth} from '../support/auth.ts'
import {certificateAuthority, tlsConfig} from '../support/certs.ts'
import {run, start} from '../support/cli.ts'
import {freePorts, startServer} from '../support/server.ts'
import {SERVERS, type ServerVersion} from '../support/servers.ts'

const accepted = {code: 0, stderr: ''}

describe.each(Object.keys(SERVERS) as ServerVersion[])('a server of version %s', (version) => {
  const probe = (url: string, ...args: string[]) => run(['pub', 'probe', '', '-q', '-s', url, ...args])

  it('takes a token, also by websocket', async () => {
    const [port] = await freePorts(1)
    const config = `${tokenAuth('s3cret')}\nwebsocket { port: ${port}, no_tls: true }\n`
    const server = await startServer({version, config})
    expect(await probe(server.url, '--token', 's3cret')).toMatchObject(accepted)
    expect(await probe(server.websocketUrl!, '--token', 's3cret')).toMatchObject(accepted)
    expect(await probe(server.url, '--token', 'bad')).toMatchObject({code: 4})
  })

  it('takes an nkey', async () => {
    const {config, seed} = nkeyAuth()
    const server = await startServer({version, config})
    expect(await probe(server.url, '--nkey', await secretFile('user.nk', seed))).toMatchObject(accepted)
    expect(await probe(server.url)).toMatchObject({code: 4})
  })

  it('takes credentials', async () => {
    const operator = operatorAuth()
    const server = await startServer({version, config: operator.config})
    const creds = async (text: string) => probe(server.url, '--creds', await secretFile('some.creds', text))
    expect(await creds(operator.user().creds)).toMatchObject(accepted)
    expect(await creds(operator.revoked.creds)).toMatchObject({code: 4})
  })

  it('takes TLS, with a client certificate', async () => {
    const authority = await certificateAuthority()
    const config = tlsConfig(await authority.issue('server'), {ca: authority.ca, verify: true})
    const server = await startServer({version, config})
    const {cert, key} = await authority.issue('client')
    expect(await probe(server.url, '--tlsca', authority.ca, '--tlscert', cert, '--tlskey', key)).toMatchObject(accepted)
    expect(await probe(server.url, '--tlsca', authority.ca)).toMatchObject({code: 4})
    expect(await probe(server.url)).toMatchObject({code: 5})
  })

  it('may be restarted while a command runs, and may deny a subject', async () => {
    const deny = {subscribe: {deny: ['no.sub']}}
    const server = await startServer({
      version,
      config: passwordAuth([{user: 'app', password: 'pw', permissions: deny}]),
    })
    const login = ['-s', server.url, '--user', 'app', '--password', 'pw']
    expect(await run(['sub', 'no.sub', ...login])).toMatchObject({code: 4})

    const sub = start(['sub', 'x', '--raw', '--count', '1', ...login])
    const publisher = await connect({servers: server.url, user: 'app', pass: 'pw', maxReconnectAttempts: -1})
    const listening = () =>
      publisher.request('x', 'probe', {timeout: 100}).then(
        () => true,
        (error) => !error.isNoResponders?.(),
      )
    await expect.poll(listening, {timeout: 10_000}).toBe(true)
    await publisher.close()
    expect(await sub.done).toMatchObject({code: 0, stdout: 'probe\n'})

    const watching = start(['sub', 'x', ...login])
    await watching.waitFor('stderr', /Subscribing/)
    await server.restart()
    await watching.waitFor('stderr', />>> Reconnected/)
    watching.kill()
    expect(await watching.done).toMatchObject({code: 0})
  })
})
