import {beforeAll, describe, expect, test} from 'vitest'
import {run, start} from '../support/cli.ts'
import {startCluster, startServer, type TestServer} from '../support/server.ts'
import {Lab, numbers, until} from '../support/streams.ts'

/** Stores numbers one after the other, each until it is acknowledged, so that the stream may lose its leader meanwhile. */
async function storeSlowly(lab: Lab, subject: string, count: number, from: number, pause = 0): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const id = {'Nats-Msg-Id': String(i)}
    for (;;) {
      try {
        await lab.store([{subject, body: String(i), headers: id}])
        break
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

describe('a server that restarts', () => {
  test.each([[[]], [['--direct']], [['--last-per-subject']]])('costs and repeats no message, with %j', async (more) => {
    const own = await startServer({jetstream: true})
    const {storeNumbers, createStream} = await Lab.open(own.url)
    await createStream('AGAIN', {allow_direct: true})
    await storeNumbers('again.a', 1000)
    const first = more.includes('--last-per-subject') ? 999 : 0
    const from = first > 0 ? ['again.>'] : ['--stream', 'AGAIN']
    const running = start(['-s', own.url, 'sub', ...from, '--raw', '--count', String(1500 - first), ...more])
    await running.waitFor('stdout', /(^|\n)999\n$/)
    await own.kill()
    await own.restart()
    await (await Lab.open(own.url)).storeNumbers('again.a', 600, 1000)
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe(numbers(1500 - first, first))
    expect(stderr).toMatch(/Reading goes on after sequence \d+: /)
    expect(code).toBe(0)
  })

  test('a durable consumer goes on, and every message is acknowledged once it was shown', async () => {
    const own = await startServer({jetstream: true})
    const {storeNumbers, createStream, api} = await Lab.open(own.url)
    await createStream('WORK')
    await storeNumbers('work.a', 500)
    const config = {durable_name: 'D', ack_policy: 'explicit', ack_wait: 1e9}
    await api('CONSUMER.DURABLE.CREATE.WORK.D', {stream_name: 'WORK', config})
    const running = start(['-s', own.url, 'sub', '--stream', 'WORK', '--durable', 'D', '--ack', '--raw'])
    await running.waitFor('stdout', /\n499\n$/)
    await own.kill()
    await own.restart()
    const lab = await Lab.open(own.url)
    await lab.storeNumbers('work.a', 500, 500)
    await until(async () => (await lab.api('CONSUMER.INFO.WORK.D')).ack_floor.stream_seq === 1000)
    running.kill('SIGTERM')
    const {stdout, code} = await running.done
    const seen = new Set(stdout.trim().split('\n').map(Number))
    expect(seen.size).toBe(1000)
    expect(code).toBe(0)
  })
})

describe('three servers', () => {
  let servers: TestServer[]
  let lab: Lab
  beforeAll(async () => {
    servers = await startCluster(3)
    lab = await Lab.forFile(servers.map((server) => server.url))
    return () => lab.nc.close()
  }, 60_000)

  test('the leader killed in the middle: as many messages come out as went in, in order', async () => {
    await lab.createStream('HA', {num_replicas: 3, allow_direct: true})
    await lab.storeNumbers('ha.a', 1000)
    const urls = servers.map((server) => server.url).join(',')
    const args = ['-s', urls, 'sub', '--stream', 'HA', '--raw', '--count', '1300']
    const ordered = start(args, {timeout: 60_000})
    const direct = start([...args, '--direct'], {timeout: 60_000})
    await Promise.all([ordered, direct].map((running) => running.waitFor('stdout', /\n999\n/)))
    const storing = storeSlowly(lab, 'ha.a', 300, 1000, 5)
    const {cluster} = await lab.api('STREAM.INFO.HA')
    const leader = servers.find(({name}) => name === cluster.leader)!
    await leader.kill()
    await storing
    const results = await Promise.all([ordered.done, direct.done])
    for (const {stdout, code} of results) {
      expect(stdout).toBe(numbers(1300))
      expect(code).toBe(0)
    }
    const {state} = await lab.api('STREAM.INFO.HA')
    expect(state.messages).toBe(1300)
    await leader.restart()
  }, 90_000)
})

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('removes the consumer and ends as a success, within a second', async () => {
    const own = await startServer({jetstream: true})
    const {createStream, storeNumbers, api} = await Lab.open(own.url)
    await createStream('END')
    await storeNumbers('end.a', 3)
    const running = start(['-s', own.url, 'sub', 'end.>', '--all', '--raw'])
    await running.waitFor('stdout', /2\n$/)
    expect((await api('CONSUMER.NAMES.END')).total).toBe(1)
    const sent = performance.now()
    running.kill(signal)
    const {stdout, code} = await running.done
    expect(performance.now() - sent).toBeLessThan(1000)
    expect({stdout, code}).toEqual({stdout: numbers(3), code: 0})
    expect((await api('CONSUMER.NAMES.END')).total).toBe(0)
  })
})

describe.each(['2.9', '2.10'] as const)('a server of %s', (version) => {
  let server: TestServer
  let lab: Lab
  const sub = (...args: string[]) => run(['-s', server.url, 'sub', ...args])
  beforeAll(async () => {
    server = await startServer({jetstream: true, version})
    lab = await Lab.forFile(server.url)
    await lab.createStream('OLD', {allow_direct: true})
    await lab.storeNumbers('old.a', 5)
    await lab.storeNumbers('old.b', 5, 5)
    return () => lab.nc.close()
  })

  test.each<[string[], string]>([
    [['old.>', '--all'], numbers(10)],
    [['--stream', 'OLD', 'old.b'], numbers(5, 5)],
    [['old.a', '--last'], '4\n'],
    [['old.>', '--last-per-subject'], '4\n9\n'],
    [['old.>', '--start-sequence', '9'], numbers(2, 8)],
    [['old.>', '--since', '1h', '--count', '2'], numbers(2)],
  ])('%j', async (args, expected) => {
    expect(await sub(...args, '--raw', '-T')).toMatchObject({stdout: expected, code: 0})
  })

  test('a durable consumer, pull and push', async () => {
    for (const push of [{}, {deliver_subject: 'to.me'}]) {
      const name = push.deliver_subject ? 'PUSH' : 'PULL'
      const config = {durable_name: name, ack_policy: 'explicit', ...push}
      await lab.api(`CONSUMER.DURABLE.CREATE.OLD.${name}`, {stream_name: 'OLD', config})
      const {stdout, code} = await sub('--stream', 'OLD', '--durable', name, '--ack', '--raw', '-T')
      expect({stdout, code}).toEqual({stdout: numbers(10), code: 0})
      expect((await lab.api(`CONSUMER.INFO.OLD.${name}`)).ack_floor.stream_seq).toBe(10)
    }
  })

  test('says what it is too old for', async () => {
    const {stdout, stderr, code} = await sub('old.>', '--all', '--direct', '-T')
    expect(stderr).toMatch(/error: the server, version [\d.]+, is too old for: --direct \(2\.11\.0\)\n/)
    expect({stdout, code}).toEqual({stdout: '', code: 1})
    const several = await sub('old.a', 'old.b', '--all', '-T', '--raw')
    if (version === '2.10') expect(several).toMatchObject({stdout: numbers(10), code: 0})
    else
      expect(several).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('too old for: several subjects (2.10.0)'),
      })
  })
})
