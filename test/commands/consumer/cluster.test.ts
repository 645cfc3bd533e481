import {afterAll, beforeAll, expect, test} from 'vitest'
import {run, start} from '../../support/cli.ts'
import {startCluster, type TestServer} from '../../support/server.ts'
import {Lab, numbers, until} from '../../support/streams.ts'

let servers: TestServer[]
let url: string
let lab: Lab
const consumer = (...args: string[]) => run(['-s', url, 'consumer', ...args], {timeout: 60_000})
const create = (name: string, config: object = {}, stream = 'R3') =>
  lab.api(`CONSUMER.CREATE.${stream}.${name}`, {
    stream_name: stream,
    config: {name, durable_name: name, ack_policy: 'explicit', ...config},
  })
const info = (name: string, stream = 'R3') => lab.api(`CONSUMER.INFO.${stream}.${name}`)
/** Leaders by consumer: the list is answered also while one of them has none. */
const leaders = async (stream: string) => {
  const {consumers} = await lab.api(`CONSUMER.LIST.${stream}`)
  return new Map<string, string>(
    consumers.map(({name, cluster}: {name: string; cluster: {leader: string}}) => [name, cluster.leader]),
  )
}
const leaderOf = async (name: string) => (await info(name)).cluster.leader as string
const other = (leader: string) => servers.find(({name}) => name !== leader)!.name

beforeAll(async () => {
  servers = await startCluster(3)
  url = servers.map((server) => server.url).join(',')
  lab = await Lab.forFile(url.split(','))
  await lab.createStream('R3', {num_replicas: 3})
}, 60_000)
afterAll(() => lab.nc.close())

test('the servers that keep a consumer are shown', async () => {
  await create('SHOWN')
  const leader = await leaderOf('SHOWN')
  const {stdout} = await consumer('info', 'R3', 'SHOWN')
  expect(stdout).toMatch(/\nCluster Information:\n\n +Name: \S+\n +Raft Group: C-R3F-\w+\n/)
  expect(stdout).toContain(`Leader: ${leader} (`)
  expect(stdout.match(/Replica: \S+, current, (seen .* ago|not seen)/g)).toHaveLength(2)
  const report = await consumer('report', 'R3', '--leaders')
  expect(report.stdout).toContain(`${leader}*`)
  expect(report.stdout).toMatch(new RegExp(`RAFT Leader Report[\\s\\S]*│ ${leader} +│ \\S+ +│ 1 +│ \\*+`))
  expect((await consumer('find', 'R3', '--leader', leader)).stdout).toBe('SHOWN\n')
  expect((await consumer('find', 'R3', '--replicas', '2', '--invert')).stdout).toBe('')
})

test('another replica takes over', async () => {
  await create('STEP')
  const before = await leaderOf('STEP')
  const {stdout, stderr, code} = await consumer('cluster', 'step-down', 'R3', 'STEP')
  const after = await leaderOf('STEP')
  expect(after).not.toBe(before)
  expect(stdout).toContain('Information for Consumer R3 > STEP')
  expect(stdout).toContain(`Leader: ${after} (`)
  expect(stderr).toContain(`Requesting leader step down of "${before}"`)
  expect(stderr).toContain(`New leader elected "${after}"`)
  expect(code).toBe(0)

  const preferred = other(after)
  expect((await consumer('c', 'elect', 'R3', 'STEP', '--preferred', preferred)).code).toBe(0)
  expect(await leaderOf('STEP')).toBe(preferred)
  const again = await consumer('cluster', 'step-down', 'R3', 'STEP', '--preferred', preferred)
  expect(again.stderr).toContain(`preferred server "${preferred}" is already leader (10005)`)
  expect(again.code).toBe(1)
  expect((await consumer('cluster', 'step-down', 'R3', 'NONE')).code).toBe(3)
})

test('leaders are spread over the servers', async () => {
  await lab.createStream('BAL', {num_replicas: 3})
  const names = ['B1', 'B2', 'B3']
  for (const name of names) {
    await create(name, {}, 'BAL')
    const {cluster} = await info(name, 'BAL')
    const move = {placement: {preferred: servers[0]!.name}}
    if (cluster.leader !== servers[0]!.name) await lab.api(`CONSUMER.LEADER.STEPDOWN.BAL.${name}`, move)
    // Asked while nobody leads, it would wait for an answer that never comes.
    await until(async () => (await leaders('BAL')).get(name) === servers[0]!.name)
  }
  const {stdout, code} = await consumer('cluster', 'balance', 'BAL')
  expect({stdout, code}).toEqual({stdout: 'Balanced 2 consumers on BAL\n', code: 0})
  expect(new Set((await leaders('BAL')).values()).size).toBe(3)
  const again = await consumer('cluster', 'balance', 'BAL', '--json')
  expect(JSON.parse(again.stdout)).toEqual({balanced: [], failed: []})
  expect((await consumer('cluster', 'balance', 'BAL', '--push')).stdout).toBe('Balanced 0 consumers on BAL\n')
})

test('next goes on when the leader changes, and when it is killed', async () => {
  await lab.createStream('FAULT', {num_replicas: 3})
  await lab.storeNumbers('fault.x', 500)
  await create('F', {}, 'FAULT')
  const args = ['-s', url, 'consumer', 'next', 'FAULT', 'F', '--count', '1500', '--raw', '--timeout', '10s']
  const running = start(args, {timeout: 90_000})
  const got = () => new Set(running.stdout().split('\n').filter(Boolean))
  await until(() => got().size === 500, 30_000)

  await lab.api('CONSUMER.LEADER.STEPDOWN.FAULT.F')
  await lab.storeNumbers('fault.x', 500, 500)
  await until(() => got().size === 1000, 30_000)

  const leader = (await info('F', 'FAULT')).cluster.leader
  await servers.find(({name}) => name === leader)!.kill()
  await until(async () => {
    const {cluster} = await lab.api('STREAM.INFO.FAULT').catch(() => ({}))
    return cluster?.leader && cluster.leader !== leader
  }, 30_000)
  await lab.storeNumbers('fault.x', 500, 1000)
  const {stdout, code} = await running.done
  expect(code).toBe(0)
  // Every message came, in 1500 lines: so none came twice.
  expect(
    stdout
      .split('\n')
      .filter(Boolean)
      .toSorted((a, b) => Number(a) - Number(b))
      .join('\n'),
  ).toBe(numbers(1500).trimEnd())
  await until(async () => (await info('F', 'FAULT').catch(() => undefined))?.num_ack_pending === 0)

  const warned = await consumer('info', 'FAULT', 'F')
  expect(warned.stdout).toMatch(new RegExp(`Replica: ${leader}, outdated`))
  expect(warned.stderr).toContain(`WARNING: FAULT > F replica ${leader} is `)
}, 120_000)
