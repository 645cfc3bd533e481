import type {NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {JetStreamApi} from '../../../src/lib/jetstream/api.ts'
import {streamInfo} from '../../../src/lib/jetstream/stream.ts'
import {startInTerminal} from '../../support/cli.ts'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

let url: string
let connection: NatsConnection
let api: JetStreamApi

beforeAll(async () => {
  url = (await startServer({jetstream: true})).url
  connection = await connect({servers: url})
  api = new JetStreamApi(connection, {timeout: 20_000})
})
afterAll(() => connection?.close())

const {nats, json, fails} = commandsFor(() => url)

/** Stores an empty message on each subject. One in 2000 is acknowledged: the server drops what it has no room to keep. */
async function store(subjects: string[]): Promise<void> {
  for (const [i, subject] of subjects.entries()) {
    if (i % 2000 === 1999 || i === subjects.length - 1) await connection.request(subject, '', {timeout: 10_000})
    else connection.publish(subject)
  }
}

describe('many', () => {
  it('streams are listed whole, with a timeout that is shorter than all of it takes', async () => {
    const names = Array.from({length: 2000}, (_, i) => `S${String(i).padStart(4, '0')}`)
    const create = (name: string) => api.request(`STREAM.CREATE.${name}`, {name, subjects: [name], storage: 'memory'})
    for (let i = 0; i < names.length; i += 100) await Promise.all(names.slice(i, i + 100).map(create))
    expect(await json('stream ls --timeout 2s')).toEqual(names)
    const {stdout} = await nats('stream ls --timeout 2s')
    expect([...stdout.matchAll(/^│ (S\d{4}) /gm)].map(([, name]) => name)).toEqual(names)
    await Promise.all(names.map((name) => api.request(`STREAM.DELETE.${name}`)))
  })

  it('subjects are counted over all pages', async () => {
    const count = 100_500
    await api.request('STREAM.CREATE.MANY', {name: 'MANY', subjects: ['many.*'], storage: 'memory'})
    await store(Array.from({length: count}, (_, i) => `many.${i}`))
    expect((await streamInfo(api, 'MANY')).state.messages).toBe(count)
    const {stdout} = await nats('stream subjects MANY --names')
    expect(new Set(stdout.trim().split('\n')).size).toBe(count)
    await api.request('STREAM.DELETE.MANY')
  })

  it('gaps are found by reading the stream, after consent', async () => {
    // Of the messages on `b` the last one is kept, so that every second sequence is missing.
    const config = {name: 'HOLES', subjects: ['a', 'b'], storage: 'memory'}
    await api.request('STREAM.CREATE.HOLES', config)
    const pairs = 100_002
    await store(Array.from({length: 2 * pairs}, (_, i) => (i % 2 === 0 ? 'a' : 'b')))
    expect((await streamInfo(api, 'HOLES')).state.last_seq).toBe(2 * pairs)
    await api.request('STREAM.PURGE.HOLES', {filter: 'b', keep: 1})
    expect((await streamInfo(api, 'HOLES')).state.num_deleted).toBe(pairs - 1)

    await fails('stream gaps HOLES', 2, 'Really read all of Stream HOLES? Nobody is there to ask')
    const {stdout, stderr, code} = await nats('stream gaps HOLES --force --json')
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    const gaps: [number, number][] = JSON.parse(stdout)
    expect(gaps).toHaveLength(pairs - 1)
    expect(gaps.every(([first, last], i) => first === last && first === 2 * i + 2)).toBe(true)
    expect((await api.list('CONSUMER.NAMES.HOLES', 'consumers')).items).toEqual([])

    const shown = await startInTerminal(['stream', 'gaps', 'HOLES', '-f'], {env: {NATS_URL: url}}).done
    expect(shown.stdout).toContain('100,001 gaps found in Stream HOLES')
    await api.request('STREAM.DELETE.HOLES')
  })
})
