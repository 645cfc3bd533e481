import {beforeAll, describe, expect, test} from 'vitest'
import {run, startInTerminal} from '../../support/cli.ts'
import {startServer, type TestServer} from '../../support/server.ts'
import {Lab} from '../../support/streams.ts'

let server: TestServer

beforeAll(async () => {
  server = await startServer({jetstream: true})
  const {nc, createStream, store, storeNumbers} = await Lab.forFile(server.url)
  await createStream('ORDERS', {allow_direct: true})
  await store([
    {subject: 'orders.new', body: 'hello 1'},
    {subject: 'orders.old', body: 'old', headers: {A: '1', B: '2'}},
    {subject: 'orders.bin', body: Uint8Array.of(97, 0xff, 10)},
  ])
  await createStream('PAGES')
  await storeNumbers('pages.a', 30)
  await nc.close()
})

describe('stream get', () => {
  const get = (...args: string[]) => run(['-s', server.url, 'stream', 'get', ...args])
  const ITEM = (of: string, subject: string) =>
    new RegExp(
      `^Item: ${of} received \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+ \\+0000 UTC \\([^)]+\\) on Subject ${subject}\n\n`,
    )

  test('shows a message by its sequence or its subject', async () => {
    const first = await get('ORDERS', '1')
    expect(first).toMatchObject({stderr: '', code: 0})
    expect(first.stdout).toMatch(ITEM('ORDERS#1', 'orders.new'))
    expect(first.stdout).toMatch(/\n\nhello 1\n\n$/)
    const old = await get('ORDERS', '--last-for', 'orders.old')
    expect(old.stdout).toMatch(ITEM('ORDERS#2', 'orders.old'))
    expect(old.stdout).toMatch(/\n\nHeaders:\n {2}A: 1\n {2}B: 2\n\nold\n\n$/)
    expect((await get('ORDERS', '-S', 'orders.*')).stdout).toMatch(ITEM('ORDERS#3', 'orders.bin'))
    const binary = (await get('ORDERS', '3')).raw
    expect(binary.subarray(-4)).toEqual(Buffer.from([97, 0xff, 10, 10]))
  })

  test('as JSON in the form of the API', async () => {
    const {stdout} = await get('ORDERS', '2', '--json')
    expect(JSON.parse(stdout)).toEqual({
      subject: 'orders.old',
      seq: 2,
      hdrs: Buffer.from('NATS/1.0\r\nA: 1\r\nB: 2\r\n\r\n').toString('base64'),
      data: 'b2xk',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  test('through a program', async () => {
    expect((await get('ORDERS', '1', '--translate', 'tr a-z A-Z')).stdout).toMatch(/\n\nHELLO 1\n\n$/)
    const json = JSON.parse((await get('ORDERS', '1', '--translate', 'tr a-z A-Z', '--json')).stdout)
    expect(Buffer.from(json.data, 'base64').toString()).toBe('HELLO 1')
    expect(await get('ORDERS', '1', '--translate', 'false')).toMatchObject({
      ...{stdout: '', stderr: 'nats: error: --translate: false: exit status 1\n', code: 1},
    })
  })

  test('fails for what is not there, and for what is no sequence', async () => {
    expect(await get('ORDERS', '99')).toMatchObject({
      ...{stdout: '', stderr: 'nats: error: there is no message 99 in ORDERS\n', code: 3},
    })
    expect(await get('ORDERS', '-S', 'nope', '--json')).toMatchObject({
      ...{stdout: '', stderr: 'nats: error: there is no message on "nope" in ORDERS\n', code: 3},
    })
    expect(await get('NOPE', '1')).toMatchObject({
      stdout: '',
      stderr: 'nats: error: stream not found (10059)\n',
      code: 3,
    })
    for (const args of [['ORDERS', 'x'], ['ORDERS', '0'], ['ORDERS'], [], ['ORDERS', '1', '-S', 'orders.old']])
      expect(await get(...args)).toMatchObject({stdout: '', code: 2})
  })

  test('asks at a terminal for the sequence', async () => {
    const running = startInTerminal(['-s', server.url, 'stream', 'get', 'ORDERS'])
    await running.waitFor('stdout', /Message sequence to retrieve/)
    running.write('1\r')
    expect((await running.done).stdout).toContain('hello 1')
  })
})

describe('stream view', () => {
  const view = (...args: string[]) => startInTerminal(['-s', server.url, 'stream', 'view', ...args], {cols: 100})

  test('shows page after page', async () => {
    const running = view('PAGES', '2', '--raw', '--id', '26')
    await running.waitFor('stdout', /25\r\n26\r\n.*Next Page\?/s)
    running.write('\r')
    await running.waitFor('stdout', /27\r\n28\r\n.*Next Page\?/s)
    running.write('y\r')
    const {stdout, code} = await running.done
    expect(stdout).toMatch(/29\r\n.*\d\d:\d\d:\d\d Reached apparent end of data/s)
    expect(code).toBe(0)
  })

  test('ends when no further page is wanted', async () => {
    const running = view('PAGES')
    await running.waitFor('stdout', /\[10\] Subject: pages.a Received: .*Next Page\?/s)
    running.write('n\r')
    const {stdout, code} = await running.done
    expect(stdout).not.toContain('[11]')
    expect(stdout).not.toContain('Reached apparent end')
    expect(code).toBe(0)
  })

  test('takes a subject, a time and a program; no page has more than 25', async () => {
    const {stdout} = await view('ORDERS', '--subject', 'orders.old', '--since', '1h', '--translate', 'rev').done
    expect(stdout).toMatch(/^\[2\] Subject: orders.old Received: [-\d]+ [:\d]+\r\n {2}A: 1\r\n {2}B: 2\r\n\r\ndlo\r\n/)
    const running = view('PAGES', '26', '--raw')
    await running.waitFor('stdout', /Page size is limited to 25.*\n24\r\n.*Next Page/s)
    running.write('n\r')
    expect((await running.done).stdout).not.toContain('\n25\r\n')
  })

  test('bytes of a message cannot command the terminal', async () => {
    const {createStream, store} = await Lab.open(server.url)
    await createStream('EVIL')
    await store([{subject: 'evil.a', body: '\u001b[2Jgone'}])
    expect((await view('EVIL', '--raw').done).stdout).toContain('␛[2Jgone')
  })

  test('refuses without a terminal', async () => {
    expect(await run(['-s', server.url, 'stream', 'view', 'PAGES'])).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('paging needs a terminal'),
      code: 2,
    })
  })
})
