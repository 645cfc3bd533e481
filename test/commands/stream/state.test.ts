import type {NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {JetStreamApi} from '../../../src/lib/jetstream/api.ts'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

const config = `
  jetstream: enabled
  accounts {
    MAIN: {jetstream: enabled, users: [{user: main, password: p}, {
      user: limited, password: p, permissions: {publish: {deny: "$JS.API.STREAM.DELETE.>"}}
    }]}
  }
  no_auth_user: main`

let url: string
let connection: NatsConnection
let api: JetStreamApi

beforeAll(async () => {
  url = (await startServer({config, jetstream: true})).url
  connection = await connect({servers: url, noAsyncTraces: true})
  api = new JetStreamApi(connection, {timeout: 5000})
})
afterAll(() => connection?.close())

const {nats, json, fails} = commandsFor(() => url)

async function store(subject: string, count: number) {
  for (let i = 0; i < count; i++) connection.publish(subject, `message ${i}`)
  await connection.flush()
}

describe('what a stream holds', () => {
  beforeAll(async () => {
    await api.request('STREAM.CREATE.HELD', {name: 'HELD', subjects: ['held.>']})
    await store('held.new', 5)
    await store('held.old', 1)
  })

  it('is shown by info and state', async () => {
    const info = await nats('stream info HELD')
    expect(info.stdout).toMatch(/ +Messages: 6\n +Bytes: \d+ B\n +First Sequence: 1 @ 20.*\n +Last Sequence: 6 @ 20/)
    const state = await nats('stream state HELD')
    expect(state.stdout).toMatch(/^State for Stream HELD created 20.*\n\nState:\n\n +Host Version:/)
    expect(state.stdout).toContain('  Number of Subjects: 2\n')
    expect((await nats('stream info HELD --state')).stdout).toBe(state.stdout)
    const document = await json('stream state HELD')
    expect(document).toMatchObject({config: {name: 'HELD'}, state: {messages: 6, num_subjects: 2}})
    expect(document).not.toHaveProperty('type')
  })

  it('shows times in the zone of the user', async () => {
    const created = Date.parse((await json('stream info HELD')).created)
    const show = async (TZ: string) => (await nats('stream info HELD', {env: {TZ}})).stdout.split('\n')[0]!.slice(-19)
    expect(Date.parse(`${await show('Asia/Tokyo')}+09:00`)).toBe(Math.floor(created / 1000) * 1000)
    expect(Date.parse(`${await show('America/St_Johns')}-03:30`)).toBe(Math.floor(created / 1000) * 1000)
  })

  it('is found by name only without a terminal', async () => {
    for (const command of ['info', 'state', 'subjects', 'purge', 'graph']) {
      await fails(`stream ${command}`, 2, command === 'graph' ? 'at a terminal only' : 'no stream given')
    }
    await fails('stream info NOSUCH', 3, 'stream not found (10059)')
    await fails('stream info a.b', 2, '"a.b" is not a valid stream name')
  })

  it('is counted by subject', async () => {
    const {stdout} = await nats('stream subjects HELD')
    expect(stdout).toMatch(/^╭─+╮\n│ +2 Subjects in stream HELD +│\n/)
    expect(stdout).toContain('│ held.old │ 1     │ held.new │ 5     │')
    expect(await json('stream subjects HELD')).toEqual({'held.old': 1, 'held.new': 5})
    expect((await nats('stream subjects HELD --names')).stdout).toBe('held.old\nheld.new\n')
    expect((await nats('stream subj HELD --names --sort name')).stdout).toBe('held.new\nheld.old\n')
    expect((await nats('stream subjects HELD --names -R')).stdout).toBe('held.new\nheld.old\n')
    expect(await json('stream subjects HELD held.n*')).toEqual({})
    expect(await json('stream subjects HELD held.new')).toEqual({'held.new': 5})
    const none = await nats('stream subjects HELD nope')
    expect(none).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('No subjects found matching nope'),
      code: 0,
    })
  })

  it('is deleted message by message, and shows the gaps', async () => {
    await nats('stream add GAPS --subjects gaps --defaults')
    await store('gaps', 7)
    expect((await nats('stream gaps GAPS')).stdout).toBe('No deleted messages in GAPS\n')
    expect(await json('stream gaps GAPS')).toEqual([])
    for (const id of [2, 4, 5]) expect((await nats(`stream rmm GAPS ${id} --force`)).code).toBe(0)
    expect(await json('stream gaps GAPS')).toEqual([
      [2, 2],
      [4, 5],
    ])
    expect((await nats('stream gaps GAPS')).stdout).toContain('│ 4             │ 5            │')
    expect((await nats('stream info GAPS')).stdout).toContain('Deleted Messages: 3\n')

    await fails('stream rmm GAPS 1', 2, 'Really remove message 1 from Stream GAPS? Nobody is there to ask')
    await fails('stream rmm GAPS 2 --force', 3, 'sequence 2 not found')
    await fails('stream rmm GAPS 99 --force', 3, 'sequence 99 not found')
    await fails('stream rmm GAPS 0 --force', 2, 'is 1 or more')
    await fails('stream rmm GAPS --force', 2, 'Message Sequence to remove')
    await fails('stream rmm GAPS x --force', 2, 'id: "x" is not a count')
  })

  it('is purged, and nothing more than was said', async () => {
    await nats('stream add PURGE --subjects purge.> --defaults')
    await store('purge.a', 6)
    await store('purge.b', 4)
    const left = async () => (await json('stream state PURGE')).state.messages
    await fails('stream purge PURGE', 2, 'Really purge Stream PURGE? Nobody is there to ask')
    for (const nothing of ['--seq 1', '--seq 0', '--subject purge.a --seq 1', '--subject none', '--keep 10']) {
      expect((await nats(`stream purge PURGE ${nothing} --force`)).stdout).toMatch(
        /^Purged 0 messages from PURGE\n\nState for/,
      )
      expect(await left()).toBe(10)
    }
    await fails('stream purge PURGE --seq 3 --keep 2 --force', 2, '--seq')
    expect((await json('stream purge PURGE --seq 3 --force')).purged).toBe(2)
    expect((await json('stream purge PURGE --subject purge.a --keep 1 --force')).purged).toBe(3)
    expect((await nats('stream purge PURGE --subject purge.b --force')).stdout).toMatch(/^Purged 4 messages/)
    expect(await json('stream subjects PURGE')).toEqual({'purge.a': 1})
    expect(await json('stream purge PURGE --force')).toMatchObject({purged: 1, state: {messages: 0}})
    await fails('stream purge NOSUCH --force', 3, '(10059)')
  })

  it('is sealed and deleted', async () => {
    await nats('stream add SEAL --subjects seal --defaults')
    await fails('stream seal SEAL', 2, 'sealed streams can not be unsealed or modified? Nobody is there to ask')
    expect((await nats('stream seal SEAL --force')).stdout).toContain('                       Sealed: true\n')
    await fails('stream purge SEAL --force', 1, 'invalid operation on sealed stream (10109)')
    await fails('stream rm SEAL', 2, 'Really delete Stream SEAL? Nobody is there to ask')
    await fails('stream rm --force', 2, '--force needs the name')
    await fails(
      'stream rm SEAL --force --user limited --password p',
      4,
      'not permitted to publish to "$JS.API.STREAM.DELETE.SEAL"',
    )
    const removed = await nats('stream rm SEAL --force')
    expect(removed).toMatchObject({stdout: '', stderr: expect.stringContaining('Deleted Stream SEAL\n'), code: 0})
    await fails('stream rm SEAL --force', 3, 'stream not found (10059)')
  })
})
