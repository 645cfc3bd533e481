import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {JetStreamApi} from '../../../src/lib/jetstream/api.ts'
import {streamInfo} from '../../../src/lib/jetstream/stream.ts'
import {temporaryFolder} from '../../support/cli.ts'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

const config = `
  jetstream: enabled
  accounts {
    FIND: {jetstream: enabled, users: [{user: find, password: p}, {
      user: limited, password: p, permissions: {publish: {deny: "$JS.API.STREAM.NAMES"}}
    }]}
    EMPTY: {jetstream: enabled, users: [{user: empty, password: p}]}
    NOJS: {users: [{user: nojs, password: p}]}
  }
  no_auth_user: find`

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

describe('stream ls, find and report', () => {
  beforeAll(async () => {
    const streams = [
      {name: 'EMPTY', subjects: ['empty']},
      {name: 'BIG', subjects: ['big.*'], storage: 'memory', description: 'a big one'},
      {name: 'KV_BUCKET', subjects: ['$KV.BUCKET.>']},
      {name: 'MIR', mirror: {name: 'BIG'}},
      {name: 'AGG', sources: [{name: 'BIG'}, {name: 'EMPTY'}]},
    ]
    for (const stream of streams) await api.request(`STREAM.CREATE.${stream.name}`, stream)
    for (let i = 0; i < 3; i++) connection.publish('big.x', 'x'.repeat(1000))
    const messages = async (name: string) => (await streamInfo(api, name)).state.messages
    await vi.waitFor(async () => expect([await messages('MIR'), await messages('AGG')]).toEqual([3, 3]), 10_000)
  })

  it('list by size, and by name', async () => {
    const {stdout} = await nats(`stream ls`)
    expect(stdout).toContain('│ Name  │ Description │ Created             │ Messages │ Size    │ Last Message │')
    expect(stdout).toMatch(/│ BIG {3}│ a big one {3}│ 20[-\d: ]+ │ 3 {8}│ 3\.0 KiB │ [\d.]+m?s +│/)
    expect(stdout).toMatch(/EMPTY.*│ never[\s\S]*BIG/)
    expect(stdout).not.toContain('KV_BUCKET')
    expect((await nats(`stream ls -a`)).stdout).toContain('│ KV_BUCKET │')
    expect((await nats(`stream list -n`)).stdout).toBe('AGG\nBIG\nEMPTY\nKV_BUCKET\nMIR\n')
    expect(await json(`stream ls`)).toEqual(['AGG', 'BIG', 'EMPTY', 'KV_BUCKET', 'MIR'])
    expect((await nats(`stream ls --subject big.y`)).stdout).toContain('Streams matching big.y')
    expect(await json(`stream ls --subject big.y`)).toEqual(['BIG'])
  })

  it('list nothing as nothing', async () => {
    expect(await nats('--user empty --password p stream ls')).toMatchObject({stdout: 'No Streams defined\n', code: 0})
    expect(await nats('--user empty --password p stream ls -n')).toMatchObject({stdout: '', code: 0})
    expect((await nats('--user empty --password p stream ls --json')).stdout).toBe('[]\n')
    expect((await nats('--user empty --password p stream report')).stdout).toBe('No Streams defined\n')
    await fails('--user nojs --password p stream ls', 7, '(10039)')
    await fails('--user limited --password p stream ls -n', 4, 'not permitted to publish to "$JS.API.STREAM.NAMES"')
  })

  it.each([
    ['', 'AGG BIG EMPTY KV_BUCKET MIR'],
    ['--empty', 'EMPTY KV_BUCKET'],
    ['--empty --invert', 'AGG BIG MIR'],
    ['--mirrored', 'MIR'],
    ['--sourced', 'AGG'],
    ['--sourced --invert --mirrored', 'BIG EMPTY KV_BUCKET'],
    ['--idle 1h', 'EMPTY KV_BUCKET'],
    ['--created 1h', ''],
    ['--created 1h --invert', 'AGG BIG EMPTY KV_BUCKET MIR'],
    ['--consumers 0 --empty', 'EMPTY KV_BUCKET'],
    ['--replicas 1 --mirrored', 'MIR'],
    ['--replicas 0', ''],
    ['--subject big.z', 'BIG'],
    ['--subject big.z --invert', 'AGG EMPTY KV_BUCKET MIR'],
    ['--api-level 1', ''],
    ['--leader nobody', ''],
    ['--server-name x --cluster y', ''],
    ['--expression state.messages>2', 'AGG BIG MIR'],
    ['--expression config.storage=="memory"&&"big.*"in(config.subjects)', 'BIG'],
  ])('find %s', async (flags, names) => {
    expect((await json(`stream find ${flags}`.trim())).join(' ')).toBe(names)
  })

  it('find says what is wrong with a criterion', async () => {
    await fails('stream find --expression nosuch>3', 2, 'unknown name nosuch\n | nosuch>3\n | ^')
    await fails('stream find --server-name [', 2, '--server-name: "[" is not a regular expression')
    await fails('stream find --created bad', 2, '--created')
    expect((await nats(`stream find --idle 9y`)).stdout).toContain('│ EMPTY │')
    expect((await nats(`stream find --created 9y`)).stdout).toBe('No Streams found\n')
  })

  it('report in several orders', async () => {
    const {stdout, stderr, code} = await nats(`stream report`)
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect(stdout).toContain(
      '│ Stream    │ Storage │ Placement │ Consumers │ Messages │ Bytes   │ Lost │ Deleted │ API Level │ Replicas │',
    )
    expect(stdout).toMatch(/│ MIR +│ Mirror │ +│ BIG +│ +│ [\dmsuµh.]+ +│ 0 +│ +│/)
    const order = async (flag: string) => {
      const report = (await nats(`stream report ${flag}`)).stdout.split('Replication Report')[0]!
      return [...report.matchAll(/^│ ([A-Z_]+) /gm)].map(([, name]) => name).join(' ')
    }
    expect(await order('--name')).toBe('AGG BIG EMPTY KV_BUCKET MIR')
    expect(await order('--storage')).toBe('AGG EMPTY KV_BUCKET MIR BIG')
    expect(await order('--messages')).toBe('EMPTY KV_BUCKET AGG BIG MIR')
    expect(await order('--consumers')).toMatch(/^[A-Z_ ]+$/)
    expect(await order('--subject big.q')).toBe('BIG')
    expect(await order('--name --no-all')).toBe('AGG BIG EMPTY MIR')
    expect(await order('--cluster nope')).toBe('')
    expect((await nats(`stream report --raw`)).stdout).toMatch(/│ BIG .*│ 3 +│ 3\d{3} /)
  })

  it('report as JSON, and for Graphviz', async () => {
    const file = join(temporaryFolder(), 'streams.dot')
    const report = await json(`stream report --dot ${file}`)
    expect(report.streams).toHaveLength(5)
    expect(report.replication).toHaveLength(3)
    expect(await readFile(file, 'utf8')).toContain('n2->n4[color="blue",label="Mirror"];')
  })
})
