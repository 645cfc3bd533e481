import {beforeAll, describe, expect, it} from 'vitest'
import {run, start} from '../support/cli.ts'
import {startCluster, startServer, type TestServer} from '../support/server.ts'
import {Lab, until} from '../support/streams.ts'

const LINES = 60_000
const text = Array.from({length: LINES}, (_, i) => `${i + 1}\n`).join('')
const said = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d /gm, '')

/** The bodies that the stream has, and how many of them are copies. */
async function stored(url: string, stream: string) {
  const {stdout, code} = await run(['stream', 'cat', stream, '--raw', '-s', url])
  expect(code).toBe(0)
  const lines = stdout.split('\n').slice(0, -1)
  return {lines, copies: lines.length - new Set(lines).size}
}

/** How many messages the run has told as stored. */
const told = (stderr: string) => [...stderr.matchAll(/Stored in Stream/g)].length

describe('a cluster', {timeout: 90_000}, () => {
  let servers: TestServer[]
  let lab: Lab
  beforeAll(async () => {
    servers = await startCluster(3)
  })
  const leader = async (name: string) => (await lab.api(`STREAM.INFO.${name}`)).cluster?.leader
  const messages = async (name: string) => (await lab.api(`STREAM.INFO.${name}`)).state.messages

  /** Publishes the lines to a new stream, and has `fault` happen when some are stored. */
  async function publish(name: string, args: string[], fault: () => Promise<unknown>) {
    lab = await Lab.open(servers.map(({url}) => url))
    await lab.createStream(name, {num_replicas: 3})
    const all = servers.map(({url}) => url).join(',')
    const flags = ['--send-on', 'newline', '-s', all, '--timeout', '15s']
    const running = start(['pub', '-J', `${name.toLowerCase()}.x`, ...flags, ...args], {stdin: text, timeout: 80_000})
    running.end()
    await until(async () => (await messages(name)) > 1000)
    await fault()
    return running.done
  }
  const stepDown = (name: string) => () => lab.api(`STREAM.LEADER.STEPDOWN.${name}`)

  it('changes the leader: messages with an id are all stored, once, in order or told to be out of it', async () => {
    const {stderr, code} = await publish('IDS', ['-H', 'Nats-Msg-Id:{{ID}}', '--keep-going'], stepDown('IDS'))
    const {lines, copies} = await stored(servers[0]!.url, 'IDS')
    expect([code, lines.length, told(stderr), copies]).toEqual([0, LINES, LINES, 0])
    if (!stderr.includes('Out of order')) expect(lines.join('\n')).toBe(text.trimEnd())
  })

  it('changes the leader: without ids nothing is stored twice, and what is told is stored in order', async () => {
    const {stderr, code} = await publish('PLAIN', [], stepDown('PLAIN'))
    const {lines, copies} = await stored(servers[0]!.url, 'PLAIN')
    expect(copies).toBe(0)
    expect(lines.length).toBeGreaterThanOrEqual(told(stderr))
    expect(lines).toEqual([...lines].sort((a, b) => Number(a) - Number(b)))
    if (code === 0) expect(lines.length).toBe(LINES)
    else {
      expect([6, 7, 9]).toContain(code)
      expect(said(stderr)).toMatch(/Stored [\d,]+ messages.*\nnats: error: line [\d,]+: /)
    }
  })

  it('loses the leader: goes on with another, and all is stored once', async () => {
    let killed: TestServer | undefined
    const {stderr, code} = await publish('KILLED', ['-H', 'Nats-Msg-Id:{{ID}}', '--keep-going'], async () => {
      const name = await leader('KILLED')
      killed = servers.find((server) => server.name === name)!
      await killed.kill()
    })
    const alive = servers.find((server) => server !== killed)!
    const {lines, copies} = await stored(alive.url, 'KILLED')
    expect(copies).toBe(0)
    expect(lines.length).toBeGreaterThanOrEqual(told(stderr))
    expect([code, told(stderr)], stderr.slice(-600)).toEqual([0, LINES])
    await killed!.restart()
  })
})

describe('one server', () => {
  const begin = async (args: string[]) => {
    const server = await startServer({jetstream: true})
    await (await Lab.open(server.url)).createStream('S')
    const running = start(['pub', '-J', 's.x', '--send-on', 'newline', '-s', server.url, ...args], {stdin: 'one\n'})
    await running.waitFor('stderr', /Sequence: 1\n/)
    return {server, running}
  }

  it('comes back: what was typed meanwhile is stored', async () => {
    const {server, running} = await begin(['--timeout', '15s'])
    await server.stop()
    await running.waitFor('stderr', /Disconnected/)
    running.write('two\n')
    await server.restart()
    await running.waitFor('stderr', /Sequence: 2\n/)
    running.end()
    expect((await running.done).code).toBe(0)
    expect((await stored(server.url, 'S')).lines).toEqual(['one', 'two'])
  })

  it('does not come back: ends with 5, and tells how many are stored', async () => {
    const {server, running} = await begin(['--timeout', '1s'])
    await server.kill()
    await running.waitFor('stderr', /Disconnected/)
    running.write('two\n')
    const {stderr, code} = await running.done
    expect(said(stderr)).toMatch(/Stored 1 message\nnats: error: no connection to a server for 1s\n/)
    expect(code).toBe(5)
  })
})
