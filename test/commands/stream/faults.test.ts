import {randomBytes} from 'node:crypto'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, start, temporaryFolder} from '../../support/cli.ts'
import {startCluster, startServer, type TestServer} from '../../support/server.ts'
import {Lab, numbers, until} from '../../support/streams.ts'

const KILOBYTE = 1000

describe('reading and saving a stream while its cluster is in trouble', () => {
  let servers: TestServer[]
  const urls = () => servers.map(({url}) => url)
  const lab = () => Lab.open(urls())
  const args = (...rest: string[]) => ['-s', urls().join(','), '--timeout', '3s', 'stream', ...rest]

  beforeAll(async () => {
    servers = await startCluster(3)
  })

  /** The server that leads a stream, once there is one that does. */
  async function leaderOf({api}: Lab, stream: string): Promise<TestServer> {
    let leader: TestServer | undefined
    await until(async () => {
      const {cluster} = await api(`STREAM.INFO.${stream}`).catch(() => ({}))
      leader = servers.find(({name}) => name === cluster?.leader)
      return leader !== undefined
    })
    return leader!
  }

  /** Creates a stream on three servers, once all of them are back. */
  const create = (here: Lab, stream: string) =>
    until(() =>
      here.createStream(stream, {num_replicas: 3}).then(
        () => true,
        () => false,
      ),
    )

  /** Stores numbers until each one is acknowledged, as often as that takes. */
  async function storeAll({api, storeNumbers}: Lab, subject: string, stream: string, upTo: number): Promise<void> {
    await until(async () => {
      const {last_seq} = (await api(`STREAM.INFO.${stream}`)).state
      return storeNumbers(subject, upTo - last_seq, last_seq).then(
        () => true,
        () => false,
      )
    })
  }

  test('cat goes on, without a gap or a repetition', async () => {
    const here = await lab()
    await create(here, 'READ')
    await here.storeNumbers('read.a', 20_000)
    const running = start(args('cat', 'READ', '--raw', '--follow', '--limit', '22000'), {timeout: 60_000})
    await running.waitFor('stdout', /\n1000\n/)
    await here.api('STREAM.LEADER.STEPDOWN.READ')
    await leaderOf(here, 'READ')
    await storeAll(here, 'read.a', 'READ', 21_000)
    await running.waitFor('stdout', /\n20999\n/)

    const victim = await consumerServer(here, 'READ')
    await victim.kill()
    await leaderOf(here, 'READ')
    await storeAll(here, 'read.a', 'READ', 22_000)
    const {stdout, stderr, code} = await running.done
    await victim.restart()
    expect(stdout).toBe(numbers(22_000))
    expect(stderr).toMatch(/Reading goes on after sequence \d+: /)
    expect(code).toBe(0)
  })

  /** The server that the only consumer of a stream lives on. */
  async function consumerServer({api}: Lab, stream: string): Promise<TestServer> {
    const {consumers} = await api(`CONSUMER.LIST.${stream}`)
    return servers.find(({name}) => name === consumers[0].cluster.leader)!
  }

  describe('backup', () => {
    const COUNT = 10_000
    const started = async (here: Lab, stream: string) => {
      const subject = `${stream.toLowerCase()}.a`
      await create(here, stream)
      await here.store(Array.from({length: COUNT}, () => ({subject, body: randomBytes(KILOBYTE)})))
      const folder = join(temporaryFolder(), 'backup')
      const small = ['--chunk-size', '1k', '--window-size', '1k']
      const running = start(args('backup', stream, folder, ...small), {timeout: 60_000})
      await running.waitFor('stdout', /Starting backup/)
      return {folder, running}
    }

    async function countRestored(here: Lab, stream: string, folder: string): Promise<number> {
      await here.api(`STREAM.DELETE.${stream}`)
      expect(await run(args('restore', folder), {timeout: 60_000})).toMatchObject({code: 0})
      return (await here.api(`STREAM.INFO.${stream}`)).state.messages
    }

    test('loses nothing when the stream gets another leader', async () => {
      const here = await lab()
      const {folder, running} = await started(here, 'STEP')
      await here.api('STREAM.LEADER.STEPDOWN.STEP')
      expect(await running.done).toMatchObject({code: 0})
      expect(await countRestored(here, 'STEP', folder)).toBe(COUNT)
    })

    test('begins again when the leader is killed', async () => {
      const here = await lab()
      const {folder, running} = await started(here, 'KILL')
      const victim = await leaderOf(here, 'KILL')
      await victim.kill()
      const {stderr, code} = await running.done
      await victim.restart()
      expect(stderr).toMatch(/The backup of KILL broke off, it begins again: /)
      expect(code).toBe(0)
      await until(() =>
        here
          .api('STREAM.INFO.KILL')
          .then(({cluster}) => cluster.replicas.every(({current}: {current: boolean}) => current)),
      )
      expect(await countRestored(here, 'KILL', folder)).toBe(COUNT)
    })
  })

  test('without a quorum both fail in time, and leave nothing', async () => {
    const here = await lab()
    await create(here, 'QUORUM')
    await here.storeNumbers('quorum.a', 10)
    // The leader among them: one that is left alone takes a while to notice.
    const leader = await leaderOf(here, 'QUORUM')
    const dead = [leader, servers.find((server) => server !== leader)!]
    await Promise.all(dead.map((server) => server.kill()))
    const folder = join(temporaryFolder(), 'backup')
    const [cat, backup] = await Promise.all([run(args('cat', 'QUORUM')), run(args('backup', 'QUORUM', folder))])
    for (const {stdout, stderr, code} of [cat, backup]) {
      expect(stdout).toBe('')
      expect(stderr).toMatch(/no answer to .* within 3s|temporarily unavailable/)
      expect([1, 6]).toContain(code)
    }
    expect(existsSync(folder)).toBe(false)
    await Promise.all(dead.map((server) => server.restart()))
  })
})

test('a server that dies during a restore leaves the stream out, and that is said', async () => {
  const [from, to] = await Promise.all([startServer({jetstream: true}), startServer({jetstream: true})])
  const {createStream, store} = await Lab.open(from.url)
  await createStream('BIG')
  await store(
    Array.from({length: 400}, () => ({subject: 'big.a', body: randomBytes(500 * KILOBYTE)})),
    50,
  )
  const folder = join(temporaryFolder(), 'backup')
  expect(await run(['-s', from.url, 'stream', 'backup', 'BIG', folder])).toMatchObject({code: 0})

  const running = start(['-s', to.url, 'stream', 'restore', folder])
  await running.waitFor('stdout', /Starting restore/)
  await to.kill()
  const {stderr, code} = await running.done
  expect(stderr).toMatch(/error: the connection was lost while BIG was restored\n.*hint: see with/)
  expect(code).toBe(5)
  await to.restart()
  const {api} = await Lab.open(to.url)
  expect((await api('STREAM.NAMES')).total).toBe(0)
  expect(await run(['-s', to.url, 'stream', 'restore', folder])).toMatchObject({code: 0})
  expect((await api('STREAM.INFO.BIG')).state.messages).toBe(400)
})
