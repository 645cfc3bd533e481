import {mkdtemp, readdir, readFile} from 'node:fs/promises'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, start, temporaryFolder} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {Lab, numbers, until} from '../support/streams.ts'

let server: TestServer
let lab: Lab
const sub = (...args: string[]) => run(['-s', server.url, 'sub', ...args])
const anotherLab = () => Lab.open(server.url)

beforeAll(async () => {
  server = await startServer({jetstream: true})
  lab = await Lab.forFile(server.url)
  const {createStream, store, api} = lab
  await createStream('ORDERS', {allow_direct: true})
  // Sequences 1 and 2 are gone; 3, 4 and 5 are left.
  await store([{subject: 'orders.0'}, {subject: 'orders.0'}], 1)
  await api('STREAM.PURGE.ORDERS')
  const messages = [
    {subject: 'orders.1', body: 'm1'},
    {subject: 'orders.2', body: 'm2', headers: {A: 'b'}},
    {subject: 'orders.1', body: 'm3'},
  ]
  await store(messages, 1)
  return () => lab.nc.close()
})

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g
const headline = (number: number, sequence: number, pending: number, subject: string) =>
  `[#${number}] Received JetStream message: stream: ORDERS seq: ${sequence} / pending: ${pending} / subject: ${subject} / time: TIME\n`
const directHeadline = (number: number, sequence: number, subject: string) =>
  `[#${number}] Received JetStream message (direct): stream: ORDERS seq ${sequence} / subject: ${subject} / time: TIME\n`
const all = `${headline(1, 3, 2, 'orders.1')}m1\n\n${headline(2, 4, 1, 'orders.2')}A: b\n\nm2\n\n${headline(3, 5, 0, 'orders.1')}m3\n\n`
const consumers = async () => (await lab.api('CONSUMER.NAMES.ORDERS')).total

describe('where it begins', () => {
  test.each<[args: string[], bodies: string, notice: string]>([
    [['orders.>', '--all'], 'm1 m2 m3', 'Subscribing to subject orders.> from first received message'],
    [['--stream', 'ORDERS'], 'm1 m2 m3', 'Subscribing to subject > from first received message'],
    [['--stream', 'ORDERS', 'orders.2'], 'm2', 'Subscribing to subject orders.2 from first received message'],
    [
      ['orders.1', 'orders.2', '--all'],
      'm1 m2 m3',
      'Subscribing to subjects orders.1, orders.2 from first received message',
    ],
    [['orders.>', '--last'], 'm3', 'Subscribing to subject orders.> from last received message'],
    [['orders.2', '--last'], 'm2 ', 'Subscribing to subject orders.2 from last received message'],
    [['orders.2', 'orders.3', '--last'], 'm2', 'Subscribing to subjects orders.2, orders.3 from last received message'],
    [['orders.3', '--last'], '', 'Subscribing to subject orders.3 from last received message'],
    [['orders.>', '--last-per-subject'], 'm2 m3', 'Subscribing to subject orders.> for last message per subject'],
    [['orders.>', '--start-sequence', '2'], 'm1 m2 m3', 'Subscribing to subject orders.> starting at sequence 2'],
    [['orders.>', '--start-sequence', '5'], 'm3', 'Subscribing to subject orders.> starting at sequence 5'],
    [['orders.>', '--start-sequence', '99'], '', 'Subscribing to subject orders.> starting at sequence 99'],
    [['orders.>', '--since', '1h'], 'm1 m2 m3', 'Subscribing to subject orders.> since 1h0m0s'],
    [['orders.>', '--since', '0s'], '', 'Subscribing to subject orders.> since 0s'],
    [['orders.>', '--all', '-I', 'orders.2'], 'm1 m3', 'Ignored subjects: orders.2'],
    [['--stream', 'ORDERS', 'orders.none'], '', 'Subscribing to subject orders.none from first received message'],
  ])('%j', async (args, bodies, notice) => {
    const {stdout, stderr, code} = await sub(...args, '-T', '--raw')
    expect(stdout.split('\n').join(' ').trim()).toBe(bodies.trim())
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d /)
    expect(stderr).toContain(` ${notice}\n`)
    expect(code).toBe(0)
    // It does not wait for anything to end, nor leave anything behind.
    expect(await consumers()).toBe(0)
  })

  test('--new takes only what comes, and ends when nothing does', async () => {
    const running = start([
      '-s',
      server.url,
      'sub',
      '--stream',
      'ORDERS',
      'orders.new',
      '--new',
      '--wait',
      '500ms',
      '--json',
    ])
    await until(async () => (await consumers()) === 1)
    await lab.storeNumbers('orders.new', 2)
    const {stdout, stderr, code} = await running.done
    expect(stdout.match(/"data":"\d"/g)).toEqual(['"data":"0"', '"data":"1"'])
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    await lab.api('STREAM.PURGE.ORDERS', {filter: 'orders.new'})
  })

  test('--last-per-subject goes on with all that comes, also of one subject', async () => {
    const {createStream, store, storeNumbers, api} = await anotherLab()
    await createStream('STATUS')
    await storeNumbers('status.a', 5)
    await store([{subject: 'status.b', body: 'b'}], 1)
    const running = start(['-s', server.url, 'sub', 'status.>', '--last-per-subject', '--raw', '--count', '5'])
    await running.waitFor('stdout', /^4\nb\n$/)
    await until(async () => (await api('CONSUMER.NAMES.STATUS')).total === 1)
    await storeNumbers('status.a', 4, 5)
    expect(await running.done).toMatchObject({stdout: '4\nb\n5\n6\n7\n', code: 0})
  })
})

describe('what it shows', () => {
  test.each<[args: string[], expected: string]>([
    [[], all],
    [['--headers-only'], all.replace(/m\d\n\n/g, '')],
    [
      ['--subjects-only'],
      [headline(1, 3, 2, 'orders.1'), headline(2, 4, 1, 'orders.2'), headline(3, 5, 0, 'orders.1')].join(''),
    ],
    [['--translate', 'tr a-z A-Z'], all.replace(/m(\d)/g, 'M$1')],
    [['--count', '2'], all.slice(0, all.indexOf('[#3]'))],
  ])('%j', async (args, expected) => {
    const {stdout, code} = await sub('orders.>', '--all', '-T', ...args)
    expect(stdout.replace(TIME, 'TIME')).toBe(expected)
    expect(code).toBe(0)
  })

  test('local times, and with --timestamp those at which it was stored', async () => {
    const {message} = await lab.api('STREAM.MSG.GET.ORDERS', {seq: 4})
    const {stdout} = await run(['-s', server.url, 'sub', 'orders.2', '--last', '-T', '-t'], {env: {TZ: 'Asia/Tokyo'}})
    const local = new Date(Date.parse(message.time) + 9 * 3_600_000).toISOString()
    const micros = /\.(\d+)/.exec(message.time)![1]!.padEnd(6, '0').slice(0, 6)
    expect(stdout).toContain(
      `[#1] @ ${'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(3 * (Number(local.slice(5, 7)) - 1)).slice(0, 3)} `,
    )
    expect(stdout).toContain(`${local.slice(11, 19)}.${micros} Received JetStream message`)
    expect(stdout).toContain(`time: ${local.slice(0, 10)} ${local.slice(11, 19)}\n`)
  })

  test('--delta-time shows the time between messages as they were stored', async () => {
    const times = await Promise.all(
      [3, 4].map(async (seq) => (await lab.api('STREAM.MSG.GET.ORDERS', {seq})).message.time),
    )
    const {stdout} = await sub('orders.>', '--all', '--count', '2', '-d', '--json')
    const deltas = [...stdout.matchAll(/"delta":(\d+)/g)].map(([, delta]) => Number(delta) / 1e6)
    expect(deltas[0]).toBe(0)
    expect(Math.abs(deltas[1]! - (Date.parse(times[1]) - Date.parse(times[0])))).toBeLessThan(1.1)
  })

  test('--json tells where each message lies', async () => {
    const {message} = await lab.api('STREAM.MSG.GET.ORDERS', {seq: 4})
    const {stdout, stderr} = await sub('orders.2', '--all', '-T', '--json')
    expect(JSON.parse(stdout)).toEqual({
      ...{subject: 'orders.2', headers: {A: ['b']}, data: 'm2', encoding: 'utf8', size: 2},
      ...{time: `${message.time.slice(0, 23)}Z`, stream: 'ORDERS', sequence: 4, pending: 0},
    })
    expect(stderr).toBe('')
    const short = await sub('orders.2', '--all', '-T', '--json', '--subjects-only')
    expect(JSON.parse(short.stdout)).toMatchObject({
      subject: 'orders.2',
      size: 2,
      stream: 'ORDERS',
      sequence: 4,
      pending: 0,
    })
  })

  test('--dump writes files without the reply subject of the consumer', async () => {
    const folder = await mkdtemp(`${temporaryFolder()}/dump-`)
    await sub('orders.>', '--all', '-T', '--dump', folder)
    expect((await readdir(folder)).sort()).toEqual(['1.json', '2.json', '3.json'])
    expect(JSON.parse(await readFile(`${folder}/2.json`, 'utf8'))).toMatchObject({
      ...{Subject: 'orders.2', Reply: '', Header: {A: ['b']}, Data: 'bTI='},
    })
  })

  test('reports count by subject, and by what was subscribed to', async () => {
    const bySubject = await sub('orders.>', '--all', '-T', '--report-subjects', '--json')
    const one = {subject: 'orders.1', messages: 2, bytes: 4}
    const two = {subject: 'orders.2', messages: 1, bytes: 2}
    expect(JSON.parse(bySubject.stdout)).toEqual({subjects: [one, two], total: {subjects: 2, messages: 3, bytes: 6}})
    const several = await sub('orders.2', 'orders.1', '--all', '-T', '--report-subscriptions', '--json')
    expect(JSON.parse(several.stdout).subjects).toEqual([one, two])
    const whole = await sub('orders.>', '--all', '-T', '--report-subscriptions', '--json')
    expect(JSON.parse(whole.stdout).subjects).toEqual([{subject: 'orders.>', messages: 3, bytes: 6}])
    const table = await sub('orders.>', '--all', '-T', '--report-subjects')
    expect(table.stdout).toContain('│ orders.1 │ 2             │ 4 B   │')
  })
})

describe('--direct', () => {
  test.each<[args: string[], bodies: string, starting: string]>([
    [['orders.>', '--all'], 'm1 m2 m3', 'with the first message received'],
    [['--stream', 'ORDERS'], 'm1 m2 m3', 'with the first message received'],
    [['orders.2', '--all'], 'm2', 'with the first message received'],
    [['orders.>', '--last'], 'm3', 'with the last message received'],
    [['orders.>', '--last-per-subject'], 'm2 m3', 'with the last message of each subject'],
    [['orders.>', '--start-sequence', '4'], 'm2 m3', 'at sequence 4'],
    [['orders.>', '--start-sequence', '99'], '', 'at sequence 99'],
    [['orders.>', '--since', '1h'], 'm1 m2 m3', 'with messages since 1h0m0s'],
    [['orders.>', '--since', '0s'], '', 'with messages since 0s'],
    [['orders.>', '--all', '--count', '2'], 'm1 m2', 'with the first message received'],
    [['orders.none', '--all', '--stream', 'ORDERS'], '', 'with the first message received'],
  ])('%j', async (args, bodies, starting) => {
    const {stdout, stderr, code} = await sub(...args, '--direct', '-T', '--raw')
    expect(stdout.split('\n').join(' ').trim()).toBe(bodies)
    expect(stderr).toContain('Subscribing to JetStream Stream (direct) holding messages with subject ')
    expect(stderr).toContain(` starting ${starting}\n`)
    expect(code).toBe(0)
  })

  test('shows messages as they are stored, with their headers only', async () => {
    const {stdout} = await sub('orders.>', '--all', '--direct', '-T')
    expect(stdout.replace(TIME, 'TIME')).toBe(
      `${directHeadline(1, 3, 'orders.1')}m1\n\n${directHeadline(2, 4, 'orders.2')}A: b\n\nm2\n\n${directHeadline(3, 5, 'orders.1')}m3\n\n`,
    )
    const [direct, ordered] = await Promise.all([
      sub('orders.2', '--all', '-T', '--json', '--direct'),
      sub('orders.2', '--all', '-T', '--json'),
    ])
    expect(direct.stdout).toBe(ordered.stdout)
  })

  test('reads many batches, then what is stored later, and leaves no message out', async () => {
    const {createStream, storeNumbers} = await anotherLab()
    await createStream('MANY', {allow_direct: true})
    await storeNumbers('many.a', 2500)
    const running = start(['-s', server.url, 'sub', 'many.>', '--all', '--direct', '--raw'])
    await running.waitFor('stdout', /\n2499\n$/)
    await storeNumbers('many.a', 500, 2500)
    await running.waitFor('stdout', /\n2999\n$/)
    running.kill('SIGINT')
    expect(await running.done).toMatchObject({stdout: numbers(3000), code: 0})
  })

  test('--last-per-subject of more subjects than fit one batch, then all that comes', async () => {
    const {createStream, store, storeNumbers} = await anotherLab()
    await createStream('KEYS', {allow_direct: true})
    await store(
      Array.from({length: 1010}, (_, i) => ({subject: `keys.${i}`, body: String(i)})),
      1,
    )
    const running = start([
      '-s',
      server.url,
      'sub',
      'keys.>',
      '--last-per-subject',
      '--direct',
      '--raw',
      '--count',
      '1013',
    ])
    await running.waitFor('stdout', /\n1009\n$/)
    await storeNumbers('keys.0', 5, 1010)
    expect(await running.done).toMatchObject({stdout: numbers(1013), code: 0})
  })

  test('says which stream does not allow it, and ends with a stream that is deleted', async () => {
    const {createStream, storeNumbers, api} = await anotherLab()
    await createStream('CLOSED')
    expect(await sub('closed.>', '--all', '--direct', '-T')).toMatchObject({
      ...{stdout: '', code: 1, stderr: expect.stringContaining('error: stream CLOSED does not allow direct gets\n')},
    })
    await createStream('GOING', {allow_direct: true})
    await storeNumbers('going.a', 2)
    const running = start(['-s', server.url, 'sub', 'going.>', '--all', '--direct', '--raw'])
    await running.waitFor('stdout', /1\n$/)
    await api('STREAM.DELETE.GOING')
    const {stderr, code} = await running.done
    expect(stderr).toContain('error: the stream GOING is gone')
    expect(code).toBe(3)
  })
})

describe('what there is not', () => {
  test.each([
    [['nostream.x', '--all', '-T'], 'nats: error: no stream found with subject: nostream.x\n'],
    [['orders.>', 'nostream.x', '--all', '-T'], 'nats: error: no stream found with subject: nostream.x\n'],
    [['--stream', 'NOPE', '--all', '-T'], 'nats: error: stream not found (10059)\n'],
    [['--stream', 'NOPE', '--direct', '-T'], 'nats: error: stream not found (10059)\n'],
    [['--stream', 'ORDERS', '--durable', 'NOPE', '-T'], 'nats: error: consumer not found (10014)\n'],
  ])('%j', async (args, error) => {
    const {stdout, stderr, code} = await sub(...args)
    expect(stderr).toBe(error)
    expect({stdout, code}).toEqual({stdout: '', code: 3})
  })

  test('a subject of several streams asks for the name of one', async () => {
    const {createStream} = await anotherLab()
    await createStream('TWIN1', {subjects: ['twin.1']})
    await createStream('TWIN2', {subjects: ['twin.2']})
    expect(await sub('twin.*', '--all', '-T')).toMatchObject({
      ...{stdout: '', code: 2, stderr: expect.stringContaining('twin.* is stored by several streams: TWIN1, TWIN2\n')},
    })
    expect(await sub('twin.1', 'twin.2', '--all', '-T')).toMatchObject({
      ...{stdout: '', code: 2, stderr: expect.stringContaining('no stream stores all of twin.1, twin.2\n')},
    })
  })

  test('JetStream itself', async () => {
    const plain = await startServer()
    const {stdout, stderr, code} = await run(['-s', plain.url, 'sub', 'orders.>', '--all'])
    expect(stderr).toBe(
      'nats: error: JetStream is not available: nothing answers on $JS.API\n' +
        'nats: hint: enable JetStream on the server, or name its domain with --js-domain\n',
    )
    expect({stdout, code}).toEqual({stdout: '', code: 7})
  })
})
