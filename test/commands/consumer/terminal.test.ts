import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {startInTerminal} from '../../support/cli.ts'
import {startServer} from '../../support/server.ts'
import {Lab} from '../../support/streams.ts'

const ENTER = '\r'
const UP = '\u001b[A'
const DOWN = '\u001b[B'
let url: string
let lab: Lab
const open = (args: string[], cols = 120, rows = 24) =>
  startInTerminal(['-s', url, 'consumer', ...args], {cols, rows, env: {NO_COLOR: '1'}})
const configOf = async (name: string) => (await lab.api(`CONSUMER.INFO.ORDERS.${name}`)).config

/** Answers questions in their order; each is waited for after the one before it. */
async function answer(args: string[], dialogue: [question: RegExp, keys: string][]) {
  const terminal = open(args)
  let seen = 0
  for (const [question, keys] of dialogue) {
    await terminal.waitFor('stdout', (text) => question.test(text.slice(seen)))
    seen = terminal.stdout().length
    terminal.write(keys)
  }
  return terminal.done
}

beforeAll(async () => {
  url = (await startServer({jetstream: true})).url
  lab = await Lab.forFile(url)
  await lab.createStream('ORDERS')
  await lab.createStream('KV_BUCKET')
  await lab.createStream('EMPTY')
})
afterAll(() => lab.nc.close())

describe('consumer add asks', () => {
  test('for everything that a pull consumer has, in order', async () => {
    const {code, stdout} = await answer(
      ['add'],
      [
        [/Select a Stream/, 'ORDERS'],
        [/❯ ORDERS/, ENTER],
        [/Consumer name/, `WC1${ENTER}`],
        [/Delivery target \(empty for Pull Consumers\)/, ENTER],
        [/Start policy \(all, new, last, subject, 1h, msg sequence\)/, ENTER],
        [/Acknowledgment policy/, ENTER],
        [/Replay policy/, ENTER],
        [/Filter Stream by subjects \(blank for all\)/, `orders.a,orders.b${ENTER}`],
        [/Maximum Allowed Deliveries/, ENTER],
        [/Maximum Acknowledgments Pending/, `50${ENTER}`],
        [/Deliver headers only without bodies/, ENTER],
        [/Add a Retry Backoff Policy/, `y${ENTER}`],
        [/Backoff policy/, UP + ENTER],
        [/Minimum retry time/, `1s${ENTER}`],
        [/Maximum retry time/, `10s${ENTER}`],
        [/Number of steps/, `3${ENTER}`],
      ],
    )
    expect(code).toBe(0)
    expect(stdout).not.toContain('KV_BUCKET')
    expect(await configOf('WC1')).toMatchObject({
      ...{durable_name: 'WC1', deliver_policy: 'all', ack_policy: 'explicit', max_deliver: 4, max_ack_pending: 50},
      ...{filter_subjects: ['orders.a', 'orders.b'], backoff: [1e9, 4e9, 7e9]},
    })
  })

  test('for what a push consumer has', async () => {
    const {code} = await answer(
      ['add', 'ORDERS', 'WC2'],
      [
        [/Delivery target/, `push.target${ENTER}`],
        [/Delivery Queue Group/, ENTER],
        [/Start policy/, `5${ENTER}`],
        [/Acknowledgment policy/, ENTER],
        [/Replay policy/, DOWN + ENTER],
        [/Filter Stream by subjects/, ENTER],
        [/Idle Heartbeat/, `5s${ENTER}`],
        [/Enable Flow Control/, `y${ENTER}`],
        [/Deliver headers only/, ENTER],
      ],
    )
    expect(code).toBe(0)
    expect(await configOf('WC2')).toMatchObject({
      ...{deliver_subject: 'push.target', opt_start_seq: 5, ack_policy: 'none', replay_policy: 'original'},
      ...{idle_heartbeat: 5e9, flow_control: true},
    })
  })

  test('only for what the flags left open, and again after a bad answer', async () => {
    const {code} = await answer(
      ['add', 'ORDERS', 'WC3', '--pull', '--ack', 'none', '--replay', 'instant', '--filter', 'orders.x'],
      [
        [/Start policy/, `soon${ENTER}`],
        [/"soon" is no place to start/, `\b\b\b\blast${ENTER}`],
        [/Deliver headers only/, ENTER],
      ],
    )
    expect(code).toBe(0)
    expect(await configOf('WC3')).toMatchObject({deliver_policy: 'last', ack_policy: 'none'})
  })
})

describe('at a terminal', () => {
  test('a consumer that is not there brings the list of those that are', async () => {
    const {stdout, code} = await answer(
      ['info', 'ORDERS', 'NONE'],
      [
        [/Select a Consumer[\s\S]*WC1[\s\S]*WC2/, 'WC2'],
        [/❯ WC2/, ENTER],
      ],
    )
    expect(stdout).toContain('Information for Consumer ORDERS > WC2')
    expect(code).toBe(0)
  })

  test('but not with --no-select, and not where there is none', async () => {
    const unknown = await open(['info', 'ORDERS', 'NONE', '--no-select']).done
    expect(unknown.stdout).toContain('consumer not found (10014)')
    expect(unknown.code).toBe(3)
    const none = await open(['info', 'EMPTY']).done
    expect(none.stdout).toContain('there are no consumers')
    expect(none.code).toBe(3)
  })

  test('"no" is not a success and changes nothing', async () => {
    const edited = await answer(
      ['edit', 'ORDERS', 'WC1', '--max-deliver', '9'],
      [[/Really edit Consumer/, `n${ENTER}`]],
    )
    expect(edited.stdout).toContain('+ max_deliver: 9')
    expect(edited.code).toBe(1)
    const removed = await answer(['rm', 'ORDERS', 'WC1'], [[/Really delete Consumer ORDERS > WC1/, ENTER]])
    expect(removed.code).toBe(1)
    expect(await configOf('WC1')).toMatchObject({max_deliver: 4})
  })

  test('pause asks until when, and whether', async () => {
    const {code, stdout} = await answer(
      ['pause', 'ORDERS', 'WC3'],
      [
        [/Pause until \(time or duration\)/, `2h${ENTER}`],
        [/Really pause Consumer ORDERS > WC3 until/, `y${ENTER}`],
      ],
    )
    expect(stdout).toMatch(/Paused ORDERS > WC3 until .* \((2h0m0s|1h59m59s)\)/)
    expect(code).toBe(0)
  })

  test('tables fit into 80 columns', async () => {
    for (const command of ['ls', 'report']) {
      const {stdout} = await open([command, 'ORDERS'], 80).done
      const lines = stdout.split('\r\n').filter((line) => /[│╭]/.test(line))
      expect(lines.length).toBeGreaterThan(5)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
      expect(stdout).toContain('Unprocessed')
    }
  })

  test('a graph is drawn of what happens, until ^C', async () => {
    const terminal = open(['graph', 'ORDERS', 'WC1'], 80, 30)
    await terminal.waitFor('stdout', /Consumer Statistics for ORDERS > WC1/)
    await lab.storeNumbers('orders.a', 300)
    // Its axis holds the 300 that are pending now.
    await terminal.waitFor('stdout', /400\.00 ┤[\s\S]*Messages Pending\r/)
    terminal.write('\u0003')
    const {code, stdout} = await terminal.done
    expect(code).toBe(0)
    for (const caption of ['Messages Pending Acks', 'Messages Acknowledged / second', 'Messages Delivered / second'])
      expect(stdout).toContain(caption)
    const frame = stdout.slice(stdout.lastIndexOf('\u001b[H')).split('\r\n')
    expect(frame.length).toBeLessThanOrEqual(30)
  })
})
