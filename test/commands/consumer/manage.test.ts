import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {run} from '../../support/cli.ts'
import {startServer} from '../../support/server.ts'
import {Lab} from '../../support/streams.ts'

let url: string
let lab: Lab
const consumer = (...args: string[]) => run(['-s', url, 'consumer', ...args])
const create = (name: string, config: object = {}, stream = 'ORDERS') =>
  lab.api(`CONSUMER.CREATE.${stream}.${name}`, {
    stream_name: stream,
    config: {name, durable_name: name, ack_policy: 'explicit', ...config},
  })
const masked = (text: string) =>
  text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME').replace(/[\d.]+(µs|ms|s)(?= ago| {2}\b|\s+│)/g, 'AGE')
/** Takes messages without acknowledging them. */
async function take(name: string, count: number, request: object = {}): Promise<void> {
  const inbox = `take.${name}`
  const subscription = lab.nc.subscribe(inbox, {max: count})
  const body = JSON.stringify({batch: count, expires: 5e9, ...request})
  lab.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.ORDERS.${name}`, body, {reply: inbox})
  for await (const _ of subscription);
}

beforeAll(async () => {
  url = (await startServer({jetstream: true})).url
  lab = await Lab.forFile(url)
  await lab.createStream('ORDERS')
  await lab.createStream('EMPTY')
  await lab.storeNumbers('orders.new', 12)
  await create('C1', {description: 'first one'})
  await create('C2', {deliver_subject: 'c2.t'})
  await create('C3', {ack_policy: 'none', filter_subject: 'orders.new'})
  await create('FULL', {max_ack_pending: 2, description: '\u001b[31mred'})
  await take('C1', 3)
  await take('FULL', 2)
})
afterAll(() => lab.nc.close())

describe('consumer ls', () => {
  test('shows a table', async () => {
    const {stdout, code} = await consumer('ls', 'ORDERS')
    expect(masked(stdout)).toContain('│ C1   │ first one   │ TIME │ 3           │ 9           │ AGE')
    expect(masked(stdout)).toMatch(/│ C2 {3}│ {13}│ TIME │ 0 {11}│ 12 {10}│ never +│/)
    expect(stdout).not.toContain('\u001b')
    expect(code).toBe(0)
  })

  test('shows names', async () => {
    expect(await consumer('ls', 'ORDERS', '-n')).toMatchObject({stdout: 'C1\nC2\nC3\nFULL\n', stderr: '', code: 0})
    const json = '[\n  "C1",\n  "C2",\n  "C3",\n  "FULL"\n]\n'
    expect(await consumer('ls', 'ORDERS', '--json')).toMatchObject({stdout: json, code: 0})
    expect(await consumer('list', 'ORDERS', '-n', '-j')).toMatchObject({stdout: json, code: 0})
  })

  test('shows that there are none', async () => {
    expect(await consumer('ls', 'EMPTY')).toMatchObject({stdout: 'No Consumers defined\n', code: 0})
    expect(await consumer('ls', 'EMPTY', '-n')).toMatchObject({stdout: '', code: 0})
    expect(await consumer('ls', 'EMPTY', '--json')).toMatchObject({stdout: '[]\n', code: 0})
  })
})

test('lists of 2,000 consumers are whole', async () => {
  await lab.createStream('MANY', {storage: 'memory', max_consumers: 3000})
  const names = Array.from({length: 2000}, (_, i) => `C${String(i).padStart(4, '0')}`)
  for (let i = 0; i < names.length; i += 100)
    await Promise.all(names.slice(i, i + 100).map((name) => create(name, {mem_storage: true}, 'MANY')))
  expect((await consumer('ls', 'MANY', '-n')).stdout).toBe(`${names.join('\n')}\n`)
  const {stdout} = await consumer('ls', 'MANY')
  expect(stdout.match(/C\d{4}/g)).toEqual(names)
  await lab.api('STREAM.DELETE.MANY')
})

describe('consumer info', () => {
  test('shows configuration and state', async () => {
    const {stdout, stderr, code} = await consumer('info', 'ORDERS', 'C1')
    expect(masked(stdout)).toMatch(/^Information for Consumer ORDERS > C1 created TIME\n\nConfiguration:\n\n/)
    const version = /Host Version: (.*)/.exec(stdout)?.[1]
    expect(masked(stdout).slice(masked(stdout).indexOf('State:')).trimEnd()).toBe(`State:

            Host Version: ${version}
      Required API Level: 0 hosted at level ${/hosted at level (\d+)/.exec(stdout)?.[1]}
  Last Delivered Message: Consumer sequence: 3 Stream sequence: 3 Last delivery: AGE ago
    Acknowledgment Floor: Consumer sequence: 0 Stream sequence: 0
        Outstanding Acks: 3 out of maximum 1,000
    Redelivered Messages: 0
    Unprocessed Messages: 9
           Waiting Pulls: 0 of maximum 512`)
    expect({stderr, code}).toEqual({stderr: '', code: 0})
  })

  test('gives what the server tells as JSON', async () => {
    const {stdout} = await consumer('info', 'ORDERS', 'C1', '--json')
    const {ts: _ts, ...told} = JSON.parse(stdout)
    const {ts: _, type: _type, ...server} = await lab.api('CONSUMER.INFO.ORDERS.C1')
    expect(told).toEqual(server)
    const state = await consumer('state', 'ORDERS', 'C1', '--json')
    expect(JSON.parse(state.stdout)).toMatchObject(server)
  })

  test('state leaves out the configuration', async () => {
    const {stdout} = await consumer('state', 'ORDERS', 'C1')
    expect(masked(stdout)).toMatch(/^State for Consumer ORDERS > C1 created TIME\n\nState:\n\n/)
    expect(stdout).not.toContain('Configuration')
  })

  test('warns when the limit of acknowledgements stops it', async () => {
    const {stderr, stdout} = await consumer('info', 'ORDERS', 'FULL')
    expect(stderr).toMatch(/WARNING: ORDERS > FULL has 2 unacknowledged messages, as many as it may/)
    expect(stdout).toContain('Description: ␛[31mred\n')
  })

  test.each([
    [['ORDERS', 'NONE'], 3, 'consumer not found (10014)'],
    [['NONE', 'X'], 3, 'stream not found (10059)'],
    [['ORDERS'], 2, 'no consumer given'],
    [[], 2, 'no stream given'],
  ])('of %j fails', async (args, code, message) => {
    for (const command of ['info', 'state']) {
      const result = await consumer(command, ...args)
      expect(result.stderr).toContain(message)
      expect(result).toMatchObject({stdout: '', code})
    }
  })
})

describe('consumer report', () => {
  test('shows all of a stream', async () => {
    const {stdout, stderr, code} = await consumer('report', 'ORDERS')
    expect(stdout).toContain('Consumer report for ORDERS with 4 consumers')
    expect(stdout).toMatch(/│ C1 +│ Pull │ Explicit {3}│ 30s {6}│ 3 {11}│ 0 {11}│ 9 \/ 75% +│ 0 +│ 0 +│ +│/)
    expect(stdout).toMatch(/│ C2 +│ Push │ Explicit {3}│ 30s {6}│ 0 {11}│ 0 {11}│ 12 \/ 100% +│/)
    expect(stderr).toContain('WARNING: ORDERS > FULL')
    expect(code).toBe(0)
    expect((await consumer('report', 'ORDERS', '--raw')).stdout).toMatch(/│ C2 +│.*│ 12 +│ 0 +│/)
  })

  test('gives everything as JSON, of an empty stream an empty list', async () => {
    const all = JSON.parse((await consumer('report', 'ORDERS', '--json')).stdout)
    expect(all.map(({name}: {name: string}) => name)).toEqual(['C1', 'C2', 'C3', 'FULL'])
    expect((await consumer('report', 'EMPTY', '--json')).stdout).toBe('[]\n')
    expect((await consumer('report', 'EMPTY')).stdout).toContain('with 0 consumers')
  })
})

describe('consumer find', () => {
  test.each([
    [[], 'C1 C2 C3 FULL'],
    [['--pull'], 'C1 C3 FULL'],
    [['--push'], 'C2'],
    [['--bound'], ''],
    [['--ack-pending', '1'], ''],
    [['--ack-pending', '1', '--invert'], 'C1 FULL'],
    [['--pending', '10'], 'C1'],
    [['--created', '1h'], ''],
    [['--created', '0s', '--idle', '1h'], ''],
    [['--replicas', '1'], 'C1 C2 C3 FULL'],
    [['--leader', 'n1'], ''],
    [['--pinned'], ''],
    [['--api-level', '1'], ''],
    [['--pull', '--expression', 'config.max_ack_pending == 2'], 'FULL'],
    [['--expression', 'state.num_pending > 10'], 'C2 C3'],
  ])('%j', async (flags, expected) => {
    const {stdout, stderr, code} = await consumer('find', 'ORDERS', ...flags)
    expect({found: stdout.split('\n').filter(Boolean).join(' '), stderr, code}).toEqual({
      found: expected,
      stderr: '',
      code: 0,
    })
  })

  test.each([
    [['--pull', '--push'], '--pull contradicts --push'],
    [['--idle', 'bad'], '--idle: "bad" is not a duration'],
    [['--expression', 'x'], 'unknown name x'],
  ])('refuses %j', async (flags, message) => {
    const {stderr, stdout, code} = await consumer('find', 'ORDERS', ...flags)
    expect(stderr).toContain(message)
    expect({stdout, code}).toEqual({stdout: '', code: 2})
  })
})

describe('consumer pause and resume', () => {
  test('stops and starts deliveries', async () => {
    await create('P1')
    const refused = await consumer('pause', 'ORDERS', 'P1', '1h')
    expect(refused).toMatchObject({stdout: '', code: 2})
    const paused = await consumer('pause', 'ORDERS', 'P1', '1h', '-f')
    expect(masked(paused.stdout)).toBe('Paused ORDERS > P1 until TIME (1h0m0s)\n')
    const info = await consumer('info', 'ORDERS', 'P1')
    expect(masked(info.stdout).match(/Paused Until.*/g)).toEqual([
      'Paused Until Deadline: TIME (1h0m0s remaining)',
      'Paused Until: TIME (1h0m0s remaining)',
    ])
    expect(info.stderr).toContain('WARNING: ORDERS > P1 is paused until')
    const next = await consumer('next', 'ORDERS', 'P1', '--timeout', '200ms')
    expect(next.stderr).toContain('consumer ORDERS > P1 is paused until')
    expect(next.code).toBe(6)
    const resumed = await consumer('resume', 'ORDERS', 'P1', '-f', '--json')
    expect(JSON.parse(resumed.stdout)).toMatchObject({stream: 'ORDERS', consumer: 'P1', paused: false})
    expect((await consumer('next', 'ORDERS', 'P1', '--raw')).stdout).toBe('0\n')
    expect(await consumer('resume', 'ORDERS', 'P1', '-f')).toMatchObject({code: 1, stdout: ''})
  })

  test.each([
    [['2020-01-01 00:00:00'], 1, 'is in the past'],
    [['bad'], 2, '"bad" is neither a duration nor a time'],
    [[], 2, 'the argument UNTIL answers that'],
  ])('pause refuses %j', async (until, code, message) => {
    const result = await consumer('pause', 'ORDERS', 'C1', ...until, '-f')
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({code, stdout: ''})
  })

  test('a time without a zone is UTC, and shown in local time', async () => {
    await create('TZ')
    const pause = ['-s', url, 'consumer', 'pause', 'ORDERS', 'TZ', '2030-01-01 00:00:00', '-f']
    const {stdout} = await run(pause, {env: {TZ: 'America/New_York'}})
    expect(stdout).toContain('until 2029-12-31 19:00:00')
    expect((await lab.api('CONSUMER.INFO.ORDERS.TZ')).config.pause_until).toBe('2030-01-01T00:00:00Z')
  })
})

test('consumer unpin lets another client in', async () => {
  await create('PIN', {priority_policy: 'pinned_client', priority_groups: ['g1'], priority_timeout: 120e9})
  const none = await consumer('unpin', 'ORDERS', 'PIN', 'g1', '-f')
  expect(none.stderr).toContain('no priority group has a pinned client')
  await take('PIN', 1, {group: 'g1'})
  expect((await consumer('find', 'ORDERS', '--pinned')).stdout).toBe('PIN\n')
  const info = await consumer('info', 'ORDERS', 'PIN')
  expect(masked(info.stdout)).toMatch(/Priority Groups: g1: pinned \w+ at TIME\n/)
  const wrong = await consumer('unpin', 'ORDERS', 'PIN', 'g2', '-f')
  expect(wrong.stderr).toContain('priority group "g2" has no pinned client')
  const done = await consumer('unpin', 'ORDERS', 'PIN', 'g1', '-f')
  expect(done.stdout).toMatch(/^Unpinned client \w+ from Priority Group ORDERS > PIN > g1\n$/)
  expect((await consumer('info', 'ORDERS', 'PIN')).stdout).toContain('Priority Groups: g1: No client\n')
  expect((await consumer('unpin', 'ORDERS', 'C1', 'g1', '-f')).code).toBe(2)
})

test('consumer reset begins again, or at a sequence', async () => {
  await create('R1')
  await take('R1', 3)
  expect((await consumer('reset', 'ORDERS', 'R1')).code).toBe(2)
  const {stdout, code} = await consumer('reset', 'ORDERS', 'R1', '-f')
  expect(stdout).toContain('State for Consumer ORDERS > R1')
  expect(stdout).toContain('Unprocessed Messages: 12\n')
  expect(code).toBe(0)
  const json = JSON.parse((await consumer('reset', 'ORDERS', 'R1', '--sequence', '5', '-f', '--json')).stdout)
  expect(json).toMatchObject({num_pending: 8, reset_seq: 5})
  expect((await consumer('next', 'ORDERS', 'R1', '--raw')).stdout).toBe('4\n')
})

describe('consumer rm', () => {
  test('removes one, with consent', async () => {
    await create('GONE')
    const asked = await consumer('rm', 'ORDERS', 'GONE')
    expect(asked).toMatchObject({stdout: '', code: 2})
    expect(await consumer('rm', 'ORDERS', 'GONE', '-f')).toMatchObject({stdout: '', stderr: '', code: 0})
    const again = await consumer('rm', 'ORDERS', 'GONE', '-f')
    expect(again.stderr).toContain('consumer not found (10014)')
    expect(again.code).toBe(3)
  })

  test('with --force wants both names', async () => {
    for (const args of [[], ['ORDERS']]) {
      const result = await consumer('rm', ...args, '-f')
      expect(result.stderr).toContain('--force needs the names of the stream and of the consumer')
      expect(result.code).toBe(2)
    }
  })
})

test('a graph and a step down want a terminal and a cluster', async () => {
  const graph = await consumer('graph', 'ORDERS', 'C1')
  expect(graph).toMatchObject({stdout: '', code: 2})
  expect(graph.stderr).toContain('a graph needs a terminal')
  const stepDown = await consumer('cluster', 'step-down', 'ORDERS', 'C1')
  expect(stepDown.stderr).toContain('consumer "ORDERS" > "C1" is not clustered')
  expect(stepDown).toMatchObject({stdout: '', code: 1})
  const balance = await consumer('cluster', 'balance', 'ORDERS')
  expect(balance.stderr).toContain('the consumers of ORDERS are not clustered')
  expect(balance).toMatchObject({stdout: '', code: 1})
})
