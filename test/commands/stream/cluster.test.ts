import type {NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {JetStreamApi} from '../../../src/lib/jetstream/api.ts'
import {stepDown} from '../../../src/lib/jetstream/leader.ts'
import {streamInfo} from '../../../src/lib/jetstream/stream.ts'
import {leadersOf} from '../../../src/lib/jetstream/stream-report.ts'
import {commandsFor} from '../../support/commands.ts'
import {startCluster, type TestServer} from '../../support/server.ts'

let servers: TestServer[]
let connection: NatsConnection
let api: JetStreamApi
const STREAMS = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6']

beforeAll(async () => {
  servers = await startCluster(3)
  connection = await connect({servers: servers.map(({url}) => url)})
  api = new JetStreamApi(connection, {timeout: 10_000})
  for (const name of [...STREAMS, 'R2', 'R1']) {
    const replicas = name === 'R1' ? 1 : name === 'R2' ? 2 : 3
    await api.request(`STREAM.CREATE.${name}`, {name, subjects: [name], num_replicas: replicas, storage: 'memory'})
  }
})
afterAll(() => connection?.close())

const urls = () => servers.map(({url}) => url).join(',')
const {nats, json, fails} = commandsFor(urls)
const clusterOf = async (name: string) => (await streamInfo(api, name)).cluster!
const isHealthy = async (name: string) =>
  vi.waitFor(async () => {
    const {leader, replicas} = await clusterOf(name)
    expect(leader).toBeTruthy()
    for (const {current, offline} of replicas ?? [])
      expect({current, offline: offline ?? false}).toEqual({current: true, offline: false})
  }, 15_000)

describe('in a cluster of three', () => {
  it('stream add and info show where the replicas are', async () => {
    const made = await nats('stream add R3 --subjects r3.> --replicas 3 --defaults')
    expect(made).toMatchObject({code: 0, stderr: ''})
    await isHealthy('R3')
    const {leader, replicas, name} = await clusterOf('R3')
    const {stdout} = await nats('stream info R3')
    expect(stdout).toMatch(
      new RegExp(`Cluster Information:

                         Name: ${name}
                Cluster Group: S-R3F-\\w+
                       Leader: ${leader} \\([\\d.]+(µs|ms|s)\\)
                      Replica: ${replicas![0]!.name}, current, (seen [\\d.]+(µs|ms|s) ago|not seen)
`),
    )
    await fails('stream add R5 --subjects r5 --replicas 5 --defaults', 1, '(10005)')
    await fails('stream add TAGS --subjects t --tag nosuch --defaults', 1, "tags not matched ['nosuch'] (10005)")
  })

  it('stream edit changes the number of replicas and nothing else', async () => {
    const before = (await streamInfo(api, 'R3')).config
    const {code, stdout} = await nats('stream edit R3 --replicas 1 --force')
    expect(code).toBe(0)
    expect(stdout).toContain('- num_replicas: 3\n+ num_replicas: 1\nStream R3 was updated')
    expect((await streamInfo(api, 'R3')).config).toEqual({...before, num_replicas: 1})
  })

  it('stream cluster step-down hands the lead over', async () => {
    await isHealthy('B1')
    const old = (await clusterOf('B1')).leader!
    const {stdout, stderr, code} = await nats('stream cluster step-down B1')
    expect(code).toBe(0)
    const [, now] = stderr.match(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d Requesting leader step down of "${old}" for stream "B1" in a 3 peer cluster group
\\d\\d:\\d\\d:\\d\\d New leader elected "(.*)"\n`),
    )!
    expect(now).not.toBe(old)
    expect(stdout).toContain(`Leader: ${now} (`)

    await isHealthy('B1')
    expect((await json(`stream c sd B1 --preferred ${old}`)).cluster.leader).toBe(old)
    await fails(
      `stream cluster step-down B1 --preferred ${old}`,
      1,
      `preferred server "${old}" is already leader (10005)`,
    )
    await fails('stream cluster step-down B1 --preferred nosuch', 1, 'preferred server "nosuch" not known (10005)')
    await fails('stream cluster step-down R1', 1, 'stream "R1" is not clustered')
    await fails('stream cluster step-down NOSUCH', 3, 'stream not found (10059)')
  })

  it('stream cluster balance spreads the leaders, and then has nothing to do', async () => {
    for (const name of STREAMS) {
      await isHealthy(name)
      if ((await clusterOf(name)).leader === servers[0]!.name) continue
      const group = {
        title: name,
        subject: `STREAM.LEADER.STEPDOWN.${name}`,
        cluster: () => clusterOf(name),
      }
      await stepDown(api, group, {preferred: servers[0]!.name, tell: () => {}})
    }
    for (const name of STREAMS) await isHealthy(name)
    const balance = 'stream cluster balance --replicas 2 --invert'
    const first = await nats(balance)
    expect(first.stderr).toContain(`Nats server '${servers[0]!.name}' is the lead of 6 entities with a offset of 4\n`)
    expect(first).toMatchObject({stdout: 'Balanced 4 streams.\n', code: 0})
    const infos = await Promise.all(STREAMS.map((name) => streamInfo(api, name)))
    expect(leadersOf(infos).map(({streams}) => streams)).toEqual([2, 2, 2])
    const second = await nats(balance)
    expect(second).toMatchObject({stdout: 'Balanced 0 streams.\n', code: 0})
  })

  it('stream report and find know leaders and servers', async () => {
    const {name, leader} = await clusterOf('B1')
    const {stdout} = await nats(`stream report --leaders --cluster ${name}`)
    expect(stdout).toMatch(/│ B1 .*│ ([\w-]+\*?, ){2}[\w-]+\*? │/)
    expect(stdout).toContain('RAFT Leader Report')
    expect(await json('stream report --cluster nope')).toMatchObject({streams: []})
    expect(await json(`stream find --leader ${leader} --replicas 2 --invert`)).not.toContain('B1')
    expect(await json(`stream find --leader ${leader}`)).toContain('B1')
    expect(await json('stream find --server-name .')).toHaveLength(9)
    expect(await json(`stream find --cluster ^${name}$`)).toHaveLength(9)
    expect(await json('stream find --expression any(info.cluster.replicas,.name!="")')).toHaveLength(7)
  })

  it('stream cluster peer-remove moves a replica to another server', async () => {
    await isHealthy('R2')
    const before = await clusterOf('R2')
    const peer = before.replicas![0]!.name
    const free = servers.map(({name}) => name).find((name) => name !== peer && name !== before.leader)!
    await fails('stream cluster peer-remove R2 nosuch --force', 1, 'peer not a member (10040)')
    await fails('stream cluster peer-remove R2', 2, 'no peer given')
    const {stderr, code} = await nats(`stream cluster pr R2 ${peer} --force`)
    expect(code).toBe(0)
    expect(stderr).toMatch(new RegExp(`Removing peer "${peer}"\n.* Requested removal of peer "${peer}"\n$`))
    await vi.waitFor(async () => {
      const {leader, replicas} = await clusterOf('R2')
      expect([leader, ...replicas!.map(({name}) => name)]).toContain(free)
    }, 10_000)
  })

  it('a server that is down is warned of, and no quorum is told', async () => {
    const {leader} = await clusterOf('B1')
    const down = servers.find(({name}) => name !== leader)!
    await down.kill()
    await vi.waitFor(async () => {
      // What the replica misses shows long before the cluster gives it up.
      connection.publish('B1', 'more')
      const {stderr, code} = await nats('stream info B1')
      expect(code).toBe(0)
      expect(stderr).toMatch(
        new RegExp(`WARNING: B1 replica ${down.name} is (offline|not current|\\d+ operations behind)`),
      )
    }, 20_000)
    // The server that is down may have led the cluster: until there is another leader nothing is listed.
    await vi.waitFor(async () => {
      const {stderr} = await nats('stream report --timeout 10s')
      expect(stderr).toContain(`WARNING: B1 replica ${down.name} is`)
    }, 25_000)

    const second = servers.find((server) => server !== down && server.name !== leader)!
    await second.kill()
    const lost = await vi.waitFor(async () => {
      const result = await nats('stream add QQ --subjects qq --replicas 3 --defaults --timeout 2s')
      expect(result.code).not.toBe(0)
      return result
    }, 20_000)
    expect([1, 6]).toContain(lost.code)
    expect(lost.stderr).toMatch(
      /temporarily unavailable \(10008\)|no answer to \$JS\.API\.STREAM\.CREATE\.QQ within 2s/,
    )
  })
})
