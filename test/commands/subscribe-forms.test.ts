import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {NatsConnection} from '@nats-io/nats-core'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, temporaryFolder} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {connectTo, publish, subscribe, subscribed, subscribeInTerminal, three} from '../support/subscribing.ts'

let server: TestServer
let nc: NatsConnection

beforeAll(async () => {
  server = await startServer({http: true})
  nc = await connectTo(server)
})

async function receiveThree(subject: string, ...flags: string[]) {
  const running = await subscribe(server, [`${subject}.>`, '--count', '3', ...flags])
  await publish(nc, ...three(subject))
  return running.done
}

const NOTICE = /^\d\d:\d\d:\d\d Subscribing on \S+\n$/

describe('--dump', () => {
  const records = (subject: string) => [
    `{"Subject":"${subject}.a","Reply":"","Header":null,"Data":"b25l","Sub":null}`,
    `{"Subject":"${subject}.b","Reply":"re.ply","Header":{"K":["v","v2"],"X":["y"]},"Data":"dHdv","Sub":null}`,
    `{"Subject":"${subject}.a","Reply":"","Header":null,"Data":"","Sub":null}`,
  ]
  const contents = async (folder: string) => {
    const files = (await readdir(folder)).sort()
    return Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')]))
  }

  test.each([
    [[], NOTICE],
    [['--raw'], /^$/],
  ])('DIRECTORY %j makes the folder and writes a file for each message', async (flags, stderr) => {
    const folder = join(temporaryFolder(), 'new', 'dump')
    const subject = `dump${flags.length}`
    const result = await receiveThree(subject, '--dump', folder, ...flags)
    expect(result).toMatchObject({stdout: '', code: 0, stderr: expect.stringMatching(stderr)})
    expect(await contents(folder)).toEqual(records(subject).map((record, i) => [`${i + 1}.json`, record]))
  })

  test('- writes the records to stdout, each ended by a NUL', async () => {
    const {stdout, stderr, code} = await receiveThree('dumpout', '--dump', '-')
    expect(stdout).toBe(
      records('dumpout')
        .map((record) => `${record}\0`)
        .join(''),
    )
    expect(stderr).toMatch(NOTICE)
    expect(code).toBe(0)
  })

  test('with --translate keeps what the program made of the body', async () => {
    const {stdout} = await receiveThree('dumptr', '--dump', '-', '--translate', 'tr a-z A-Z')
    const data = stdout
      .split('\0')
      .slice(0, 3)
      .map((record) => Buffer.from(JSON.parse(record).Data, 'base64').toString())
    expect(data).toEqual(['ONE', 'TWO', ''])
  })

  test('with --match-replies puts a reply beside its request', async () => {
    const folder = temporaryFolder()
    const running = await subscribe(server, ['dumpmatch', '--match-replies', '--dump', folder, '--count', '1'])
    await publish(nc, {subject: 'dumpmatch', reply: '_INBOX.d', data: 'q'}, {subject: '_INBOX.d', data: 'a'})
    expect((await running.done).code).toBe(0)
    const files = Object.fromEntries(await contents(folder))
    expect(JSON.parse(files['1.json'])).toMatchObject({Subject: 'dumpmatch', Reply: '_INBOX.d', Data: 'cQ=='})
    expect(JSON.parse(files['1_reply.json'])).toMatchObject({Subject: '_INBOX.d', Data: 'YQ=='})
  })
})

describe('--translate', () => {
  test('shows what the program makes of each body, in their order', async () => {
    const {stdout, code} = await receiveThree('tr', '--translate', 'tr a-z A-Z')
    expect(stdout).toContain('[#1] Received on "tr.a"\nONE\n\n[#2] Received on "tr.b" with reply "re.ply"\n')
    expect(stdout).toContain('X: y\n\nTWO\n\n[#3] Received on "tr.a"\n')
    expect(code).toBe(0)
  })

  test('--raw', async () => {
    expect((await receiveThree('trraw', '--raw', '--translate', 'tr a-z A-Z')).stdout).toBe('ONE\nTWO\n\n')
  })

  test('--json', async () => {
    const {stdout} = await receiveThree('trjson', '--json', '--translate', 'wc -c')
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).data.trim()),
    ).toEqual(['3', '3', '0'])
  })

  test('a subject in its arguments is one argument, and nothing of a shell happens', async () => {
    const running = await subscribe(server, [
      'tr-arg.>',
      '--count',
      '1',
      '--raw',
      '--translate',
      `printf "[%s]" '{{Subject}}' ; $HOME`,
    ])
    await publish(nc, {subject: "tr-arg.';id"})
    expect((await running.done).stdout).toBe("[tr-arg.';id][;][$HOME]\n")
  })

  test.each([
    ['sh -c "exit 3"', 'sh: exit status 3'],
    ['no-such-program', 'no-such-program: no such program'],
  ])('%s: the failure is told, and the exit code says that part of the work failed', async (command, reason) => {
    const running = await subscribe(server, ['tr-bad', '--count', '2', '--translate', command])
    await publish(nc, {subject: 'tr-bad', data: 'x'}, {subject: 'tr-bad', data: 'y'})
    const {stderr, code} = await running.done
    expect(stderr).toContain(`Message #1 on "tr-bad" is not translated: ${reason}\n`)
    expect(stderr).toMatch(/nats: error: --translate: \S+ failed for 2 of 2 messages\n$/)
    expect(code).toBe(9)
  })

  test('what the program says on stderr is not data', async () => {
    const running = await subscribe(server, [
      'tr-err',
      '--count',
      '1',
      '--raw',
      '--translate',
      'sh -c "echo oops >&2; echo fine"',
    ])
    await publish(nc, {subject: 'tr-err'})
    expect(await running.done).toMatchObject({stdout: 'fine\n', stderr: 'oops\n', code: 0})
  })

  test('many large bodies at once: all are translated, none waits in memory for ever', async () => {
    const running = await subscribe(server, ['tr-many', '--count', '30', '--raw', '--translate', 'wc -c'])
    await publish(nc, ...Array.from({length: 30}, () => ({subject: 'tr-many', data: new Uint8Array(900_000)})))
    expect((await running.done).stdout.trim().split(/\s+/)).toEqual(Array(30).fill('900000'))
  })

  test('a quote that is not closed is refused before connecting', async () => {
    const {stderr, code} = await run(['sub', 'x', '--translate', 'tr "a', '-s', 'nats://127.0.0.1:1'])
    expect(stderr).toContain('--translate')
    expect(code).toBe(2)
  })
})

describe('reports', () => {
  const table = (...rows: string[]) =>
    `╭─────────────────────────────────╮\n│  Top 10 Active Subjects Report  │\n├─────────┬───────────────┬───────┤
│ Subject │ Message Count │ Bytes │\n├─────────┼───────────────┼───────┤\n${rows.join('\n')}\n╰─────────┴───────────────┴───────╯\n\n`

  test('--report-subjects in a pipe is one table, at the end', async () => {
    const {stdout, stderr, code} = await receiveThree('r', '--report-subjects')
    expect(stdout).toBe(
      table(
        '│ r.a     │ 2             │ 3 B   │',
        '│ r.b     │ 1             │ 3 B   │',
        '├─────────┼───────────────┼───────┤',
        '│ Totals  │ 3             │ 6 B   │',
      ),
    )
    expect(stderr).toMatch(NOTICE)
    expect(code).toBe(0)
  })

  test('an interruption shows it as well', async () => {
    const running = await subscribe(server, ['ri.>', '--report-subjects'])
    await publish(nc, ...three('ri'))
    running.kill()
    const {stdout, code} = await running.done
    expect(stdout).toMatch(/│ Totals {2}│ 3 {13}│ 6 B {3}│\n╰.*╯\n\n$/)
    expect(code).toBe(0)
  })

  test('--report-subscriptions counts by what was subscribed to', async () => {
    const running = await subscribe(server, ['rs.>', 'rs.a', '--count', '5', '--report-subscriptions'])
    await subscribed(server, 'rs.a')
    await publish(nc, ...three('rs'))
    const {stdout} = await running.done
    expect(stdout).toMatch(/│ rs\.> {4}│ 3 {13}│ 6 B {3}│\n│ rs\.a {4}│ 2 {13}│ 3 B {3}│/)
  })

  test('--report-top shows those with the most, and counts the others', async () => {
    const {stdout} = await receiveThree('rt', '--report-subjects', '--report-top', '1')
    expect(stdout).toContain('Top Subject Report')
    expect(stdout).toMatch(/│ rt\.a {5}│ 2 .*\n│ \(1 more\) │ 1 .*\n├.*\n│ Totals {3}│ 3 /)
  })

  test('--json is one object', async () => {
    const {stdout} = await receiveThree('rj', '--report-subjects', '--json')
    expect(JSON.parse(stdout)).toEqual({
      subjects: [
        {subject: 'rj.a', messages: 2, bytes: 3},
        {subject: 'rj.b', messages: 1, bytes: 3},
      ],
      total: {subjects: 2, messages: 3, bytes: 6},
    })
  })

  test('nothing received is an empty table and an empty list', async () => {
    const {stdout} = await run(['sub', 're', '--report-subjects', '--wait', '10ms', '-s', server.url])
    expect(stdout).toContain('│ Totals  │ 0             │ 0 B   │')
    const json = await run(['sub', 're', '--report-subjects', '--wait', '10ms', '--json', '-s', server.url])
    expect(JSON.parse(json.stdout)).toEqual({subjects: [], total: {subjects: 0, messages: 0, bytes: 0}})
  })

  test('on a terminal it is drawn again each second', async () => {
    const running = await subscribeInTerminal(server, ['rl.>', '--report-subjects'])
    await publish(nc, ...three('rl'))
    await running.waitFor('stdout', /│ rl\.a +│ 2 /)
    await publish(nc, ...three('rl'))
    await running.waitFor('stdout', /\u001b\[2J\u001b\[H╭[\s\S]*│ rl\.a +│ 4 /)
    running.write('\u0003')
    expect((await running.done).code).toBe(0)
  })
})

describe('--graph', () => {
  test('plots the rate of each subscription on a terminal', async () => {
    const running = await subscribeInTerminal(server, ['g.a', 'g.b', '--graph'], {rows: 24, cols: 80})
    const timer = setInterval(() => nc.publish('g.a'), 20)
    await running.waitFor('stdout', /\u001b\[2J\u001b\[H[\s\S]*╭[\s\S]*g\.a \/ second[\s\S]*┼─+[\s\S]*g\.b \/ second/)
    clearInterval(timer)
    running.write('\u0003')
    const {stdout, code} = await running.done
    const screen = stdout.split('\u001b[2J\u001b[H')[1]!.split(/\r?\n/)
    expect(screen.length).toBeLessThanOrEqual(24)
    expect(Math.max(...screen.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
  })

  test('without a terminal is a usage error, before connecting', async () => {
    const {stdout, stderr, code} = await run(['sub', 'x', '--graph', '-s', 'nats://127.0.0.1:1'])
    expect({stdout, code}).toEqual({stdout: '', code: 2})
    expect(stderr).toBe('nats: error: --graph draws on a terminal, and stdout is none\n')
  })
})
