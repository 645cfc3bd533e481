import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {run, shell, start} from '../../support/cli.ts'
import {startServer, type TestServer} from '../../support/server.ts'
import {Lab, numbers, until} from '../../support/streams.ts'

let server: TestServer
let lab: Lab
const consumer = (...args: string[]) => run(['-s', server.url, 'consumer', ...args])
const next = (...args: string[]) => consumer('next', ...args)
const create = (stream: string, name: string, config: object = {}) =>
  lab.api(`CONSUMER.CREATE.${stream}.${name}`, {
    stream_name: stream,
    config: {name, durable_name: name, ack_policy: 'explicit', ...config},
  })
const info = (stream: string, name: string) => lab.api(`CONSUMER.INFO.${stream}.${name}`)
const masked = (text: string) =>
  text.replace(/^\[\d\d:\d\d:\d\d\]/gm, '[TIME]').replace(/[\d.]+[µm]?s delay/g, 'N delay')

beforeAll(async () => {
  server = await startServer({jetstream: true})
  lab = await Lab.forFile(server.url)
  await lab.createStream('ORDERS')
  await lab.storeNumbers('orders.new', 12)
  await lab.createStream('MANY', {storage: 'memory'})
  await lab.storeNumbers('many.x', 20_000)
})
afterAll(() => lab.nc.close())

describe('consumer next', () => {
  test('prints a message and acknowledges it', async () => {
    await create('ORDERS', 'ACK')
    const {stdout, stderr, code} = await next('ORDERS', 'ACK')
    expect(masked(stdout)).toBe(
      '[TIME] subj: orders.new / tries: 1 / cons seq: 1 / str seq: 1 / pending: 11\n\n0\n\nAcknowledged message\n\n',
    )
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect(await info('ORDERS', 'ACK')).toMatchObject({num_ack_pending: 0, ack_floor: {stream_seq: 1}})
  })

  test('prints bodies only, and several messages', async () => {
    await create('ORDERS', 'RAW')
    expect(await next('ORDERS', 'RAW', '--raw', '--count', '5')).toMatchObject({stdout: numbers(5), code: 0})
    const text = await next('ORDERS', 'RAW', '--count', '2')
    expect(masked(text.stdout)).toBe(
      `[TIME] subj: orders.new / tries: 1 / cons seq: 6 / str seq: 6 / pending: 6\n\n5\n\nAcknowledged message\n
[TIME] subj: orders.new / tries: 1 / cons seq: 7 / str seq: 7 / pending: 5\n\n6\n\nAcknowledged message\n\n`,
    )
    expect(await info('ORDERS', 'RAW')).toMatchObject({num_ack_pending: 0, ack_floor: {stream_seq: 7}})
  })

  test('gives each message as a line of JSON', async () => {
    await lab.createStream('ODD')
    await lab.store([
      {subject: 'odd.a', body: Uint8Array.of(0xff, 0), headers: {A: '1'}},
      {subject: 'odd.b', body: ''},
    ])
    await create('ODD', 'J')
    const {stdout} = await next('ODD', 'J', '--count', '2', '--json')
    const [one, two] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(one).toMatchObject({subject: 'odd.a', headers: {A: ['1']}, data: '/wA=', encoding: 'base64', size: 2})
    expect(one).toMatchObject({
      stream: 'ODD',
      consumer: 'J',
      sequence: 1,
      consumer_sequence: 1,
      deliveries: 1,
      pending: 1,
    })
    expect(Math.abs(Date.now() - Date.parse(one.time))).toBeLessThan(60_000)
    expect(two).toMatchObject({subject: 'odd.b', data: '', encoding: 'utf8'})
    expect(one).not.toHaveProperty('reply')

    await create('ODD', 'T')
    const text = await next('ODD', 'T', '--count', '2')
    expect(masked(text.stdout)).toContain(' / pending: 1\n\nHeaders:\n\n  A: 1\n\nData:\n\n')
    await create('ODD', 'R')
    expect((await next('ODD', 'R', '--count', '2', '--raw')).raw).toEqual(Buffer.from([0xff, 0, 10, 10]))
  })

  test('refuses messages, for now or for good, or leaves them open', async () => {
    await create('ORDERS', 'NAK')
    expect(masked((await next('ORDERS', 'NAK', '--nak')).stdout)).toContain('\n0\n\nNegative Acknowledged message\n')
    const again = await next('ORDERS', 'NAK', '--term')
    expect(masked(again.stdout)).toContain('tries: 2 / cons seq: 2 / str seq: 1')
    expect(again.stdout).toContain('Terminated message')
    const open = await next('ORDERS', 'NAK', '--no-ack')
    expect(open.stdout).toContain('str seq: 2')
    expect(open.stdout).not.toContain('cknowledged')
    expect(await info('ORDERS', 'NAK')).toMatchObject({num_ack_pending: 1, delivered: {stream_seq: 2}})
  })

  test('asks for nothing to be acknowledged where nothing can be', async () => {
    await create('ORDERS', 'NONE', {ack_policy: 'none'})
    expect((await next('ORDERS', 'NONE')).stdout).not.toContain('Acknowledged')
    expect(await next('ORDERS', 'NONE', '--nak')).toMatchObject({code: 2, stdout: ''})
  })

  test('lets time pass before an acknowledgement', async () => {
    await create('ORDERS', 'WAIT')
    const {stdout} = await next('ORDERS', 'WAIT', '--wait', '50ms', '--count', '2')
    expect(masked(stdout).match(/Acknowledged message after N delay/g)).toHaveLength(2)
    expect(await info('ORDERS', 'WAIT')).toMatchObject({num_ack_pending: 0})
  })

  test('takes many with few requests, in order, and acknowledges all of them', async () => {
    await create('MANY', 'ALL')
    let requests = 0
    const tap = lab.nc.subscribe('$JS.API.CONSUMER.MSG.NEXT.MANY.ALL', {callback: () => void requests++})
    const {stdout, code} = await next('MANY', 'ALL', '--count', '20000', '--raw')
    expect(stdout).toBe(numbers(20_000))
    expect(code).toBe(0)
    expect(await info('MANY', 'ALL')).toMatchObject({num_ack_pending: 0, ack_floor: {stream_seq: 20_000}})
    await lab.nc.flush()
    expect(requests).toBeLessThan(20)
    tap.unsubscribe()
  })

  test('keeps within the limits of the consumer', async () => {
    await create('ORDERS', 'LIMITS', {max_batch: 2, max_expires: 100e6, max_bytes: 500, max_waiting: 1})
    expect(await next('ORDERS', 'LIMITS', '--raw', '--count', '5')).toMatchObject({stdout: numbers(5), code: 0})
    const late = next('ORDERS', 'LIMITS', '--raw', '--count', '8', '--timeout', '2s')
    await until(async () => (await info('ORDERS', 'LIMITS')).num_pending === 0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await lab.store([{subject: 'orders.late', body: 'late'}])
    expect(await late).toMatchObject({stdout: `${numbers(7, 5)}late\n`, code: 0})
  })

  test('serves a priority group', async () => {
    await create('ORDERS', 'PIN', {priority_policy: 'pinned_client', priority_groups: ['g1']})
    expect(await next('ORDERS', 'PIN', '--raw', '--count', '3')).toMatchObject({stdout: numbers(3), code: 0})
  })

  test('tells when no message comes in time, and why', async () => {
    await create('ORDERS', 'LATE', {filter_subject: 'orders.none'})
    const none = await next('ORDERS', 'LATE', '--timeout', '300ms')
    expect(none).toMatchObject({stdout: '', code: 6})
    expect(none.stderr).toBe(
      'nats: error: no message came within 300ms\nnats: hint: the consumer has delivered all there is; --timeout waits longer\n',
    )
    await create('ORDERS', 'STUCK', {max_ack_pending: 2})
    const some = await next('ORDERS', 'STUCK', '--count', '3', '--no-ack', '--raw', '--timeout', '300ms')
    expect(some).toMatchObject({stdout: numbers(2), code: 6})
    expect(some.stderr).toContain('only 2 of 3 messages came, and none for 300ms')
    expect(some.stderr).toContain('has 2 unacknowledged messages, as many as it may')
  })

  test.each([
    [['ORDERS'], 2, "required argument 'consumer' not provided"],
    [['ORDERS', 'UNKNOWN'], 3, 'consumer not found (10014)'],
    [['UNKNOWN', 'X'], 3, 'stream not found (10059)'],
    [['ORDERS', 'X', '--nak', '--term'], 2, '--nak contradicts --term'],
    [['ORDERS', 'X', '--nak', '--no-ack'], 2, '--no-ack contradicts --nak'],
    [['ORDERS', 'X', '--wait', 'bad'], 2, '--wait: "bad" is not a duration'],
    [['ORDERS', 'X', '--count', 'x'], 2, '--count: "x" is not a count'],
  ])('refuses %j', async (args, code, message) => {
    const result = await next(...args)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({stdout: '', code})
  })
})

describe('what can happen to consumer next', () => {
  test('the consumer is deleted while it waits', async () => {
    await create('ORDERS', 'DOOMED', {filter_subject: 'orders.none'})
    const waiting = start(['-s', server.url, 'consumer', 'next', 'ORDERS', 'DOOMED', '--timeout', '20s'])
    await until(async () => (await info('ORDERS', 'DOOMED')).num_waiting === 1)
    await lab.api('CONSUMER.DELETE.ORDERS.DOOMED')
    const {stderr, code} = await waiting.done
    expect(stderr).toContain('consumer ORDERS > DOOMED was deleted')
    expect(code).toBe(3)
  })

  test('the stream is deleted while it waits', async () => {
    await lab.createStream('BRIEF')
    await create('BRIEF', 'B')
    const waiting = start(['-s', server.url, 'consumer', 'next', 'BRIEF', 'B', '--timeout', '20s'])
    await until(async () => (await info('BRIEF', 'B')).num_waiting === 1)
    await lab.api('STREAM.DELETE.BRIEF')
    expect((await waiting.done).code).toBe(3)
  })

  test('the reader goes away', async () => {
    await create('MANY', 'HEAD')
    const nats = `nats -s ${server.url} consumer next MANY HEAD --count 20000 --raw`
    const {stdout, code} = await shell(`${nats} | head -3; exit \${PIPESTATUS[0]}`)
    expect({stdout, code}).toEqual({stdout: numbers(3), code: 0})
    expect((await info('MANY', 'HEAD')).ack_floor.stream_seq).toBeLessThan(20_000)
  })

  test('SIGINT ends it within a second, and what was printed is acknowledged', async () => {
    await create('ORDERS', 'SIGNAL', {filter_subject: 'orders.new'})
    const running = start(['-s', server.url, 'consumer', 'next', 'ORDERS', 'SIGNAL', '--count', '20', '--raw'])
    await running.waitFor('stdout', /\n11\n/)
    await until(async () => (await info('ORDERS', 'SIGNAL')).num_ack_pending === 0)
    const began = performance.now()
    running.kill('SIGINT')
    expect((await running.done).code).toBe(130)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test('the server is restarted', async () => {
    const own = await startServer({jetstream: true})
    const first = await Lab.open(own.url)
    await first.createStream('KEPT')
    await first.storeNumbers('kept.x', 100)
    await first.api('CONSUMER.CREATE.KEPT.C', {
      stream_name: 'KEPT',
      config: {durable_name: 'C', name: 'C', ack_policy: 'explicit'},
    })
    const running = start(['-s', own.url, 'consumer', 'next', 'KEPT', 'C', '--count', '200', '--raw'])
    await running.waitFor('stdout', /\n99\n/)
    await own.restart()
    await until(
      () =>
        first.nc.isClosed() === false &&
        first.nc.rtt().then(
          () => true,
          () => false,
        ),
    )
    await first.storeNumbers('kept.x', 100, 100)
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe(numbers(200))
    expect(code).toBe(0)
    expect(stderr).not.toBe('')
    expect(await first.api('CONSUMER.INFO.KEPT.C')).toMatchObject({num_ack_pending: 0, ack_floor: {stream_seq: 200}})
  })
})

test('what is not permitted is told as that', async () => {
  const config = `
    jetstream: {}
    accounts: {A: {jetstream: enabled, users: [
      {user: all, password: p}
      {user: noack, password: p, permissions: {publish: {deny: ["$JS.ACK.>"]}}}
      {user: nopull, password: p, permissions: {publish: {deny: ["$JS.API.CONSUMER.MSG.>"]}}}
    ]}}`
  const {port} = await startServer({config, jetstream: true})
  const as = (user: string, ...args: string[]) => run(['-s', `nats://${user}:p@127.0.0.1:${port}`, ...args])
  expect((await as('all', 'stream', 'add', 'S', '--subjects', 's.x', '--defaults')).code).toBe(0)
  expect((await as('all', 'consumer', 'add', 'S', 'C', '--pull', '--defaults')).code).toBe(0)
  expect((await as('all', 'request', 's.x', 'body')).code).toBe(0)
  const pull = await as('nopull', 'consumer', 'next', 'S', 'C')
  expect(pull.stderr).toContain('not permitted to publish to "$JS.API.CONSUMER.MSG.NEXT.S.C"')
  expect(pull).toMatchObject({stdout: '', code: 4})
  const ack = await as('noack', 'consumer', 'next', 'S', 'C')
  expect(ack.stderr).toMatch(/not permitted to publish to "\$JS\.ACK\.S\.C\./)
  expect(ack.stdout).not.toContain('Acknowledged')
  expect(ack.code).toBe(4)
})

test.each(['2.9', '2.10'] as const)('an older server, %s, serves as well', async (version) => {
  const {url} = await startServer({jetstream: true, version})
  const older = await Lab.open(url)
  await older.createStream('OLD')
  await older.storeNumbers('old.x', 6000)
  const add = await run(['-s', url, 'consumer', 'add', 'OLD', 'C', '--pull', '--defaults'])
  expect(add.code).toBe(0)
  const taken = await run(['-s', url, 'consumer', 'next', 'OLD', 'C', '--count', '6000', '--raw'])
  expect(taken).toMatchObject({stdout: numbers(6000), stderr: '', code: 0})
  const {ack_floor} = await older.api('CONSUMER.INFO.OLD.C')
  expect(ack_floor.stream_seq).toBe(6000)
  expect((await run(['-s', url, 'consumer', 'edit', 'OLD', 'C', '--max-deliver', '4', '-f'])).code).toBe(0)
  expect((await older.api('CONSUMER.INFO.OLD.C')).config.max_deliver).toBe(4)
  const waiting = start(['-s', url, 'consumer', 'next', 'OLD', 'C', '--timeout', '20s'])
  await until(async () => (await older.api('CONSUMER.INFO.OLD.C')).num_waiting === 1)
  await older.api('CONSUMER.DELETE.OLD.C')
  expect((await waiting.done).code).toBe(3)
})

describe('consumer sub', () => {
  test('prints one message of a pull consumer', async () => {
    await create('ORDERS', 'SUB')
    const {stdout, code} = await consumer('sub', 'ORDERS', 'SUB')
    expect(masked(stdout)).toMatch(/^\[TIME\] subj: orders.new .*\n\n0\n\nAcknowledged message\n\n$/)
    expect(code).toBe(0)
    expect(await consumer('sub', 'ORDERS', 'SUB', '--raw', '--no-ack')).toMatchObject({stdout: '1\n', code: 0})
    expect(await info('ORDERS', 'SUB')).toMatchObject({num_ack_pending: 1})
  })

  test('prints what a push consumer sends until it is interrupted', async () => {
    const flow = {flow_control: true, idle_heartbeat: 500e6, max_ack_pending: 100}
    await create('MANY', 'PUSH', {deliver_subject: 'push.many', ...flow})
    const running = start(['-s', server.url, 'consumer', 'sub', 'MANY', 'PUSH', '--raw'])
    await running.waitFor('stdout', /\n19999\n/)
    running.kill('SIGINT')
    const {stdout, stderr, code} = await running.done
    expect(stdout).toBe(numbers(20_000))
    expect(stderr).toContain('Subscribing to push.many: messages are acknowledged within 30s')
    expect(code).toBe(0)
    expect(await info('MANY', 'PUSH')).toMatchObject({num_ack_pending: 0, ack_floor: {stream_seq: 20_000}})
  })

  test('is in the queue group of the consumer, and ends with it', async () => {
    await create('ORDERS', 'GROUP', {deliver_subject: 'push.group', deliver_group: 'dg', filter_subject: 'orders.new'})
    const running = start(['-s', server.url, 'consumer', 'sub', 'ORDERS', 'GROUP', '--json'])
    await running.waitFor('stdout', (text) => text.split('\n').length > 12)
    const sequences = running.stdout().trimEnd().split('\n')
    expect(sequences.map((line) => JSON.parse(line).sequence)).toEqual(Array.from({length: 12}, (_, i) => i + 1))
    const bound = await consumer('info', 'ORDERS', 'GROUP')
    expect(bound.stdout).toContain('Active Interest: Active using Queue Group dg\n')
    await lab.api('CONSUMER.DELETE.ORDERS.GROUP')
    const {stderr, code} = await running.done
    expect(stderr).toContain('consumer ORDERS > GROUP was deleted')
    expect(code).toBe(3)
  })
})
