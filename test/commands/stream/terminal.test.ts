import {connect} from '@nats-io/transport-node'
import {beforeAll, describe, expect, it} from 'vitest'
import {JetStreamApi} from '../../../src/lib/jetstream/api.ts'
import {type Running, run, startInTerminal} from '../../support/cli.ts'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

let url: string

beforeAll(async () => {
  url = (await startServer({jetstream: true})).url
  const connection = await connect({servers: url})
  const api = new JetStreamApi(connection, {timeout: 5000})
  const description = 'a long description of what this stream is for, and for whom'
  for (const name of ['ORIGIN', 'OTHER', 'KV_HIDDEN'])
    await api.request(`STREAM.CREATE.${name}`, {name, subjects: [name], description})
  await connection.close()
})

const {json} = commandsFor(() => url)
const terminal = (line: string, options: {cols?: number; rows?: number} = {}) =>
  startInTerminal(line.split(' '), {...options, env: {NATS_URL: url}})

const ENTER = '\r'
const DOWN = '\u001b[B'

/** Answers questions in their order: waits for each, then types. */
async function answer(running: Running, answers: [question: string, keys: string][]): Promise<void> {
  let from = 0
  for (const [question, keys] of answers) {
    await running.waitFor('stdout', (text) => text.indexOf(question, from) >= 0)
    from = running.stdout().indexOf(question, from) + question.length
    running.write(keys)
  }
}

describe('stream add at a terminal', () => {
  it('asks for everything in the order of the reference', async () => {
    const running = terminal('stream add')
    await answer(running, [
      ['Stream Name', ENTER],
      ['a name has no spaces', `WIZ${ENTER}`],
      ['Subjects', `wiz.>,wiz2${ENTER}`],
      ['Storage', DOWN + ENTER],
      ['Replication', ENTER],
      ['Retention Policy', DOWN + ENTER],
      ['Discard Policy', ENTER],
      ['Stream Messages Limit', `abc${ENTER}`],
      ['not a whole number', `\b\b\b10${ENTER}`],
      ['Per Subject Messages Limit', `5${ENTER}`],
      ['Total Stream Size', `1GB${ENTER}`],
      ['Message TTL', `1m${ENTER}`],
      ['Max Message Size', `1KB${ENTER}`],
      ['Duplicate tracking time window', ENTER],
      ['Allow message Roll-ups', `y${ENTER}`],
      ['Allow message deletion', `n${ENTER}`],
      ['Allow purging subjects or the entire stream', ENTER],
    ])
    const {stdout, code} = await running.done
    expect(code).toBe(0)
    expect(stdout).toContain('Stream WIZ was created')
    expect((await json('stream info WIZ')).config).toMatchObject({
      subjects: ['wiz.>', 'wiz2'],
      storage: 'memory',
      retention: 'interest',
      discard: 'old',
      max_msgs: 10,
      max_msgs_per_subject: 5,
      max_bytes: 1_073_741_824,
      max_age: 60_000_000_000,
      max_msg_size: 1024,
      duplicate_window: 60_000_000_000,
      allow_rollup_hdrs: true,
      deny_delete: true,
      deny_purge: false,
    })
  })

  it('asks about a mirror, and not about what a flag said', async () => {
    const flags =
      '--storage file --replicas 1 --retention limits --discard old --max-msgs=-1 --max-bytes=-1 --max-age=-1'
    const running = terminal(
      `stream add MIR --mirror ORIGIN ${flags} --max-msg-size=-1 --no-allow-rollup --no-deny-delete --no-deny-purge`,
    )
    await answer(running, [
      ['Configure a custom durable consumer', ENTER],
      ['Adjust mirror start', `y${ENTER}`],
      ['Mirror Start Sequence', ENTER],
      ['Mirror Start Time', `2026:01:02 03:04:05${ENTER}`],
      ['Adjust mirror filter and transform', `y${ENTER}`],
      ['Filter mirror by subject (hit enter to finish)', `ORIGIN${ENTER}`],
      ['Subject transform destination', `moved${ENTER}`],
      ['Filter mirror by subject (hit enter to finish)', ENTER],
      ['Import mirror from a different JetStream domain', ENTER],
      ['Import mirror from a different account', ENTER],
    ])
    expect((await running.done).code).toBe(0)
    const {config} = await json('stream info MIR')
    expect(config.mirror).toEqual({
      name: 'ORIGIN',
      opt_start_time: '2026-01-02T03:04:05Z',
      subject_transforms: [{src: 'ORIGIN', dest: 'moved'}],
    })
    expect(config).not.toHaveProperty('duplicate_window')
  })

  it('is left by ^C, and makes nothing', async () => {
    const running = terminal('stream add LEFT --subjects left')
    await answer(running, [['Storage', '\u0003']])
    expect((await running.done).code).toBe(130)
    expect(await json('stream ls')).not.toContain('LEFT')
  })
})

describe('a stream that is not named at a terminal', () => {
  it('is chosen from a list without the streams of buckets', async () => {
    const running = terminal('stream info')
    await answer(running, [['Select a Stream', DOWN + ENTER]])
    const {stdout} = await running.done
    expect(stdout).not.toContain('KV_HIDDEN')
    expect(stdout).toMatch(/Information for Stream (OTHER|ORIGIN|MIR)/)
  })

  it('is chosen when the named one is not there, unless that is not wanted', async () => {
    const running = terminal('stream state NOSUCH --all')
    await answer(running, [['KV_HIDDEN', 'KV_']])
    // The last drawn list is narrowed down to what was typed.
    await running.waitFor('stdout', (text) =>
      /KV_HIDDEN(?!.*MIR)/s.test(text.slice(text.lastIndexOf('Select a Stream'))),
    )
    running.write(ENTER)
    expect((await running.done).stdout).toContain('State for Stream KV_HIDDEN')
    for (const line of ['stream info NOSUCH --no-select', 'stream rm NOSUCH --force']) {
      const refused = await terminal(line).done
      expect(refused).toMatchObject({code: 3, stdout: expect.stringContaining('stream not found (10059)')})
    }
  })

  it('is not deleted without consent', async () => {
    const running = terminal('stream rm OTHER')
    await answer(running, [['Really delete Stream OTHER?', ENTER]])
    const {stdout, code} = await running.done
    expect(code).toBe(1)
    expect(stdout).toContain('not confirmed, nothing was changed')
    expect(await json('stream ls')).toContain('OTHER')
  })
})

describe('on a terminal', () => {
  const widest = (text: string) =>
    Math.max(...text.split(/\r?\n/).map((line) => line.replace(/\u001b\[[\d;]*m/g, '').length))

  it.each(['stream ls', 'stream report'])('%s fits 80 columns, and uses 120', async (line) => {
    const narrow = await terminal(line, {cols: 80}).done
    expect(widest(narrow.stdout)).toBeLessThanOrEqual(80)
    expect(narrow.stdout).toContain('│ ORIGIN ')
    const wide = await terminal(line, {cols: 120}).done
    expect(widest(wide.stdout)).toBeGreaterThan(80)
    expect(widest(wide.stdout)).toBeLessThanOrEqual(120)
  })

  it('what others wrote cannot steer it', async () => {
    const add = ['stream', 'add', 'EVIL', '--subjects', 'evil', '--description', 'a\u001b[2Jb\nc', '--defaults']
    const options = {env: {NATS_URL: url}}
    expect((await run(add, options)).stdout).toContain('Description: a\u001b[2Jb\n                               c\n')
    for (const line of ['stream info EVIL', 'stream ls']) {
      const {stdout} = await terminal(line).done
      expect(stdout).toContain('a␛[2Jb')
      expect(stdout).not.toContain('\u001b[2J')
    }
  })

  it('stream graph draws what happens until it is interrupted', async () => {
    const running = terminal('stream graph ORIGIN', {cols: 100, rows: 40})
    await running.waitFor('stdout', /Stream Statistics for ORIGIN[\s\S]*Messages stored \/ second/)
    const connection = await connect({servers: url})
    for (let i = 0; i < 50; i++) connection.publish('ORIGIN', 'x')
    await connection.drain()
    await running.waitFor('stdout', /50\.00 ┤/)
    running.write('\u0003')
    expect((await running.done).code).toBe(0)
  })
})
