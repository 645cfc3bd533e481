import type {NatsConnection} from '@nats-io/nats-core'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, temporaryFolder} from '../support/cli.ts'
import {startServer, type TestServer} from '../support/server.ts'
import {connectTo, publish, subscribe} from '../support/subscribing.ts'

const NOWHERE = ['-s', 'nats://127.0.0.1:1']

describe('refused before connecting', () => {
  test.each([
    [[], 'no subject given'],
    [[''], 'subject "" is empty'],
    [['a b'], 'subject "a b" contains white space'],
    [['a\tb'], 'subject "a\\tb" contains white space'],
    [['a..b'], 'subject "a..b" has an empty token'],
    [['.a'], 'subject ".a" has an empty token'],
    [['a.'], 'subject "a." has an empty token'],
    [['a.>.b'], 'subject "a.>.b" has > before its end'],
    [['ok', 'a..b'], 'subject "a..b" has an empty token'],
    [['a', '-I', 'b..c'], '--ignore-subject: "b..c" has an empty token'],
    [['a', '--queue', 'q r'], '--queue: "q r" is not a name'],
    [['a', '--queue', ''], '--queue: "" is not a name'],
    [['a', '--inbox'], '--inbox and the subject "a" contradict each other'],
    [['a', '--count', 'abc'], '--count: "abc" is not a count'],
    [['a', '--count=-1'], '--count: "-1" is not a count'],
    [['a', '--wait', '1'], '--wait: "1" is not a duration'],
    [['a', '--report-top', '3'], '--report-top is about a report'],
    [['a', '--report-subjects', '--report-top', '0'], '--report-top: a report shows at least 1 subject'],
    [['a', '--no-such'], "unknown flag '--no-such'"],
  ])('%j', async (args, message) => {
    const {stdout, stderr, code} = await run(['sub', ...args, ...NOWHERE])
    expect(stderr).toContain(`nats: error: ${message}`)
    expect({stdout, code}).toEqual({stdout: '', code: 2})
  })
})

/** Flags with the values they take, and for each pair that has a meaning together what shows that both had their effect. */
const FLAGS: Record<string, string[]> = {
  raw: ['--raw'],
  json: ['--json'],
  dump: ['--dump', '-'],
  'headers-only': ['--headers-only'],
  'subjects-only': ['--subjects-only'],
  timestamp: ['--timestamp'],
  'delta-time': ['--delta-time'],
  translate: ['--translate', 'tr a-z A-Z'],
  'match-replies': ['--match-replies'],
  'report-subjects': ['--report-subjects'],
  'report-subscriptions': ['--report-subscriptions'],
  graph: ['--graph'],
}

const stamp = /@ [A-Z][a-z]{2} [ \d]\d [\d:]{8}\.\d{6} Received/
const delta = /@ [\d.]+(s|ms|µs) Received/

/** The pairs that go together. Every other pair is refused. */
const TOGETHER: [string, string, RegExp][] = [
  ['raw', 'dump', /^\{"Subject":"SUBJECT".*\0$/],
  ['raw', 'translate', /^BODY\n/],
  ['raw', 'match-replies', /^body\nanswer\n$/],
  ['json', 'headers-only', /"headers":\{"H":\["v"\]\}(?!.*"data")/],
  ['json', 'subjects-only', /^(?!.*"(data|headers)").*"size":4/],
  ['json', 'timestamp', /"time":"\d{4}-/],
  ['json', 'delta-time', /"delta":\d+/],
  ['json', 'translate', /"data":"BODY"/],
  ['json', 'match-replies', /^.*"data":"body".*\n.*"data":"answer".*\n$/],
  ['json', 'report-subjects', /"total": \{/],
  ['json', 'report-subscriptions', /"total": \{/],
  ['dump', 'translate', /"Data":"Qk9EWQ=="/],
  ['dump', 'match-replies', /"Data":"Ym9keQ==".*\0.*"Data":"YW5zd2Vy".*\0$/],
  ['headers-only', 'timestamp', stamp],
  ['headers-only', 'delta-time', delta],
  ['headers-only', 'match-replies', /H: v\n\n\[#1\] Matched reply on "_INBOX.x"\n$/],
  ['subjects-only', 'timestamp', stamp],
  ['subjects-only', 'delta-time', delta],
  ['subjects-only', 'match-replies', /"_INBOX.x"\n\[#1\] Matched reply on "_INBOX.x"\n$/],
  ['timestamp', 'translate', /BODY\n/],
  ['timestamp', 'match-replies', stamp],
  ['delta-time', 'translate', /BODY\n/],
  ['delta-time', 'match-replies', delta],
  ['translate', 'match-replies', /BODY\n[\s\S]*ANSWER\n/],
]

const names = Object.keys(FLAGS)
const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const))
const meaning = (a: string, b: string) => TOGETHER.find(([x, y]) => x === a && y === b)?.[2]

describe('two flags that contradict each other', () => {
  test.each(pairs.filter(([a, b]) => !meaning(a, b)))('--%s and --%s: refused, both named', async (a, b) => {
    const {stdout, stderr, code} = await run(['sub', 'x', ...FLAGS[a]!, ...FLAGS[b]!, ...NOWHERE])
    expect(stderr).toMatch(/^nats: error: (--\S+) and (--\S+) contradict each other\n/)
    expect(stderr).toContain(`--${a} `)
    expect(stderr).toContain(`--${b} `)
    expect({stdout, code}).toEqual({stdout: '', code: 2})
  })
})

describe('two flags that go together', () => {
  let server: TestServer
  let nc: NatsConnection
  beforeAll(async () => {
    server = await startServer({http: true})
    nc = await connectTo(server)
  })

  test.each(pairs.filter(([a, b]) => meaning(a, b)))('--%s and --%s both have their effect', async (a, b) => {
    const subject = `${a}-and-${b}`
    const running = await subscribe(server, [subject, ...FLAGS[a]!, ...FLAGS[b]!, '--count', '1'])
    await publish(
      nc,
      {subject, data: 'body', reply: '_INBOX.x', headers: [['H', 'v']]},
      {subject: '_INBOX.x', data: 'answer'},
    )
    const {stdout, code} = await running.done
    expect(stdout).toMatch(new RegExp(meaning(a, b)!.source.replace('SUBJECT', subject)))
    if (a === 'json')
      expect(() =>
        stdout
          .trimEnd()
          .split(/\n(?=\{)/)
          .map((line) => JSON.parse(line)),
      ).not.toThrow()
    expect(code).toBe(0)
  })

  test.each(names.filter((name) => name !== 'graph'))('--%s with --count ends after so many', async (name) => {
    const subject = `counted-${name}`
    const folder = temporaryFolder()
    const running = await subscribe(server, [subject, ...FLAGS[name]!, '--count', '2'], {cwd: folder})
    const three = ['a', 'b', 'c'].map((data) => ({subject, data}))
    await publish(nc, ...three)
    const {stdout, code} = await running.done
    expect(stdout).not.toBe('')
    expect(stdout).not.toMatch(/^c$|#3|"data":"c"|"Data":"Yw=="|│ 3 /m)
    expect(code).toBe(0)
  })
})
