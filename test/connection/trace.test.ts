import {connect, headers} from '@nats-io/transport-node'
import {expect, it, onTestFinished} from 'vitest'
import {closeConnection, openConnection} from '../../src/lib/connection/connect.ts'
import {resolveSettings} from '../../src/lib/connection/settings.ts'
import {operatorAuth, passwordAuth} from '../support/auth.ts'
import {run} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'

async function traced(server: TestServer, flags: Record<string, string> = {}) {
  const trace: string[] = []
  const settings = resolveSettings({server: server.url, ...flags}, {})
  const connection = await openConnection(settings, {warn() {}, trace: (text) => trace.push(text)})
  onTestFinished(() => closeConnection(connection))
  return {connection, trace}
}

it('shows whom it connected to', async () => {
  const server = await startServer()
  const {code, stderr} = await run(['pub', 'probe', '', '-q', '-s', server.url, '--trace'])
  expect(code).toBe(0)
  expect(stderr).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d >>> Connected to ${server.url}\n$`))
})

it('shows requests and their answers, whatever way they are made', async () => {
  const server = await startServer()
  const {connection, trace} = await traced(server, {'inbox-prefix': 'my.inbox'})
  const service = await connect({servers: server.url})
  onTestFinished(() => service.close())
  const answered = headers()
  answered.set('Kind', 'test')
  service.subscribe('ask', {callback: (_, message) => void message.respond('"yes"', {headers: answered})})
  await service.flush()

  await connection.request('ask', '{"n":1}')
  await connection.request('ask', '', {noMux: true, timeout: 1000})
  connection.publish('told', 'no request')
  await expect(connection.request('nobody')).rejects.toThrow()
  expect(trace.slice(1)).toEqual([
    '>>> ask\n{"n":1}',
    '<<< ask\nNATS/1.0\nKind: test\n"yes"',
    '>>> ask',
    '<<< ask\nNATS/1.0\nKind: test\n"yes"',
    '>>> nobody',
    '<<< nobody\nNATS/1.0 503\nNats-Subject: nobody',
  ])
})

it('shows the beginning of a long body', async () => {
  const {connection, trace} = await traced(await startServer())
  await connection.request('nobody', 'x'.repeat(5000)).catch(() => {})
  expect(trace[1]).toBe(`>>> nobody\n${'x'.repeat(4096)}… (5000 bytes)`)
})

it('hides passwords, tokens, seeds and JWTs', async () => {
  const server = await startServer({config: passwordAuth([{user: 'app', password: 'p4ssw0rd'}])})
  const user = operatorAuth().user()
  const {connection, trace} = await traced(server, {user: 'app', password: 'p4ssw0rd', token: 't0ken'})
  const body = `p4ssw0rd, t0ken, ${user.seed} and ${user.jwt} for app`
  await connection.request('nobody', body).catch(() => {})
  expect(trace[1]).toBe('>>> nobody\n***, ***, *** and *** for app')
})
