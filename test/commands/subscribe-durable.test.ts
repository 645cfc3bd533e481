import {beforeAll, describe, expect, test} from 'vitest'
import {run, start} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {Lab, numbers, until} from '../support/streams.ts'

let server: TestServer
let lab: Lab
const sub = (...args: string[]) => run(['-s', server.url, 'sub', ...args])

beforeAll(async () => {
  server = await startServer({jetstream: true})
  lab = await Lab.forFile(server.url)
  await lab.createStream('WORK')
  await lab.storeNumbers('work.a', 10)
  return () => lab.nc.close()
})

type Info = {num_pending: number; num_ack_pending: number; num_waiting: number; ack_floor: {stream_seq: number}}
const info = (name: string): Promise<Info> => lab.api(`CONSUMER.INFO.WORK.${name}`)

/** A consumer of its own for a test; the push ones deliver to `to.NAME`. */
async function consumer(name: string, kind: 'pull' | 'push', config: object = {}): Promise<string[]> {
  const push = kind === 'push' ? {deliver_subject: `to.${name}`} : {}
  const all = {durable_name: name, ack_policy: 'explicit', ack_wait: 60e9, ...push, ...config}
  await lab.api(`CONSUMER.DURABLE.CREATE.WORK.${name}`, {stream_name: 'WORK', config: all})
  return ['--stream', 'WORK', '--durable', name]
}

describe.each(['pull', 'push'] as const)('a durable %s consumer', (kind) => {
  const named = (test: string) => `${kind}-${test}`

  test('without --ack: shows the messages, says that they are not acknowledged, and leaves them', async () => {
    const args = await consumer(named('look'), kind)
    const {stdout, stderr, code} = await sub(...args, '--raw', '-T')
    expect(stdout).toBe(numbers(10))
    expect(stderr).toMatch(
      /^\S+ Subscribing to (pull|push) consumer WORK > \S+: messages are not acknowledged, and will be delivered again \(--ack acknowledges them\)\n$/,
    )
    expect(code).toBe(0)
    expect(await info(named('look'))).toMatchObject({num_ack_pending: 10, ack_floor: {stream_seq: 0}})
  })

  test('with --ack: the server has every acknowledgement when it ends', async () => {
    const args = await consumer(named('ack'), kind)
    const {stdout, stderr, code} = await sub(...args, '--raw', '-T', '--ack')
    expect(stdout).toBe(numbers(10))
    expect(stderr).toMatch(/: messages are acknowledged\n$/)
    expect(code).toBe(0)
    expect(await info(named('ack'))).toMatchObject({num_pending: 0, num_ack_pending: 0, ack_floor: {stream_seq: 10}})
    // Nothing is left: it ends at once.
    expect(await sub(...args, '--raw', '-T', '--ack')).toMatchObject({stdout: '', code: 0})
  })

  test('with --no-ack: says nothing of acknowledging being possible', async () => {
    const args = await consumer(named('no'), kind)
    const {stderr} = await sub(...args, '--raw', '-T', '--no-ack')
    expect(stderr).toMatch(/: messages are not acknowledged\n$/)
    expect(await info(named('no'))).toMatchObject({num_ack_pending: 10})
  })

  test('--json tells what the consumer counts, and --count is exact', async () => {
    const args = await consumer(named('json'), kind)
    const {stdout, stderr, code} = await sub(...args, '--json', '--count', '2', '--ack')
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records).toHaveLength(2)
    expect(records[1]).toEqual({
      ...{subject: 'work.a', data: '1', encoding: 'utf8', size: 1, time: expect.stringMatching(/Z$/)},
      ...{stream: 'WORK', consumer: named('json'), sequence: 2, consumer_sequence: 2, deliveries: 1, pending: 8},
    })
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect((await info(named('json'))).ack_floor.stream_seq).toBe(2)
  })

  test('shows that a message was delivered before, goes on with what comes, and drains on SIGINT', async () => {
    const args = await consumer(named('live'), kind, {ack_wait: 500e6})
    await sub(...args, '--count', '1')
    const running = start(['-s', server.url, 'sub', ...args, '--ack'])
    await running.waitFor('stdout', /seq: 10 \/ pending: 0/)
    await running.waitFor('stdout', /seq: 1 \/ pending: \d+ \/ subject: work.a \/ time: [-\d: ]+ \/ tries: 2\n0\n/)
    await until(async () => (await info(named('live'))).num_ack_pending === 0)
    const sent = performance.now()
    running.kill('SIGINT')
    expect(await running.done).toMatchObject({code: 0})
    expect(performance.now() - sent).toBeLessThan(1000)
    await until(async () => (await info(named('live'))).num_waiting === 0)
  })

  test('--translate acknowledges only what the program could do', async () => {
    const args = await consumer(named('translate'), kind)
    const program = `sh -c 'read x; test $x != 3 && echo "<$x>"'`
    const {stdout, stderr, code} = await sub(...args, '--ack', '--count', '5', '--raw', '--translate', program)
    expect(stdout).toBe('<0>\n<1>\n<2>\n\n<4>\n')
    expect(stderr).toContain('Message #4 on "work.a" is not translated')
    expect(code).toBe(9)
    expect((await info(named('translate'))).ack_floor.stream_seq).toBe(3)
  })

  test('--wait ends it when nothing comes', async () => {
    const args = await consumer(named('wait'), kind)
    expect(await sub(...args, '--raw', '--ack', '--wait', '500ms')).toMatchObject({stdout: numbers(10), code: 0})
    expect((await info(named('wait'))).ack_floor.stream_seq).toBe(10)
  })

  test('one that wants no acknowledgement refuses --ack', async () => {
    const args = await consumer(named('none'), kind, {ack_policy: 'none'})
    const {stdout, stderr, code} = await sub(...args, '-T', '--ack')
    expect(stderr).toContain(
      `--ack and the consumer WORK > ${named('none')} contradict each other: its ack policy is none`,
    )
    expect({stdout, code}).toEqual({stdout: '', code: 2})
    const quiet = await sub(...args, '-T', '--raw')
    expect(quiet.stderr).toMatch(/ Subscribing to (pull|push) consumer WORK > \S+\n$/)
    expect(quiet.stdout).toBe(numbers(10))
  })

  test('one that is deleted meanwhile is said to be gone', async () => {
    const args = await consumer(named('gone'), kind)
    const running = start(['-s', server.url, 'sub', ...args, '--raw'])
    await running.waitFor('stdout', /9\n$/)
    await lab.api(`CONSUMER.DELETE.WORK.${named('gone')}`)
    const {stderr, code} = await running.done
    expect(stderr).toContain(`consumer WORK > ${named('gone')} was deleted`)
    expect(code).toBe(3)
  })
})

test('-T ends although another client got the last message', async () => {
  const args = await consumer('shared', 'pull')
  const running = start(['-s', server.url, 'sub', ...args, '--raw', '-T', '--count', '50'])
  await running.waitFor('stdout', /0\n/)
  expect(await running.done).toMatchObject({stdout: numbers(10), code: 0})

  const other = await consumer('other', 'pull', {max_batch: 1})
  const slow = start(['-s', server.url, 'sub', ...other, '--raw', '-T', '--translate', 'sh -c "sleep 0.3; cat"'])
  await slow.waitFor('stdout', /0\n/)
  await run(['-s', server.url, 'consumer', 'next', 'WORK', 'other', '--count', '8', '--raw'])
  const {stdout, code} = await slow.done
  expect(stdout.trim().split('\n').length).toBeLessThan(10)
  expect(code).toBe(0)
})

test('a message that nobody could read is not acknowledged', async () => {
  const args = await consumer('unread', 'pull')
  const {child, done} = start(['-s', server.url, 'sub', ...args, '--ack', '--raw'])
  child.stdout!.destroy()
  await done
  const {num_ack_pending: open, ack_floor: floor} = await info('unread')
  expect({open, floor: floor.stream_seq}).toEqual({open: 10, floor: 0})
})

test('--ack without a stream acknowledges what a push consumer sends to the subject', async () => {
  await consumer('plain', 'push')
  const {stdout, code} = await sub('to.plain', '--ack', '--raw', '--count', '10')
  expect(stdout).toBe(numbers(10))
  expect(code).toBe(0)
  expect(await info('plain')).toMatchObject({num_ack_pending: 0, ack_floor: {stream_seq: 10}})
})
