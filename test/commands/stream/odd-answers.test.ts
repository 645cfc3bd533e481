import type {NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

let url: string
let connection: NatsConnection
let answer: string

// An API of another make, on a prefix of its own, that says the same to every request.
beforeAll(async () => {
  url = (await startServer()).url
  connection = await connect({servers: url})
  connection.subscribe('odd.>', {callback: (_error, request) => void request.respond(answer)})
  await connection.flush()
})
afterAll(() => connection?.close())

const {nats} = commandsFor(() => url)

const COMMANDS = [
  'stream ls',
  'stream ls --names',
  'stream find --expression len(config.subjects)>0',
  'stream report --leaders',
  'stream info X',
  'stream subjects X',
  'stream gaps X',
  'stream purge X --force',
  'stream edit X --max-msgs 5 --force',
  'stream add X --subjects x --defaults',
  'stream rm X --force',
  'stream cluster balance',
  'stream cluster step-down X',
  'account info',
]
const config = {name: 'X', subjects: null, metadata: null, sources: [null, {}], mirror: {}, placement: null}
const cluster = {name: 'C', leader: null, replicas: [null, {}, {name: 'n2', lag: null}]}

describe.each([
  '{}',
  'null',
  'not JSON',
  '{"error":null,"streams":null,"state":null,"total":null}',
  '{"streams":[null,1,{}],"total":1e9,"limit":0,"state":{"subjects":[1],"deleted":null}}',
  JSON.stringify({
    config,
    cluster,
    state: {messages: null, num_deleted: 5, lost: null},
    sources: [null, {}],
    limits: null,
  }),
  JSON.stringify({
    streams: [{config, cluster, state: null, mirror: {error: {}}, created: 5}],
    total: 1,
    limits: {},
    tiers: {R1: null},
  }),
])('an API that answers %s', (text) => {
  it.each(COMMANDS)('does not confuse %s', async (line) => {
    answer = text
    const {code, stderr, signal} = await nats(`${line} --js-api-prefix odd --timeout 500ms`)
    expect(stderr).not.toMatch(/fault of nats|TypeError|undefined/)
    expect({code, signal}).toEqual({code: expect.toSatisfy((value) => [0, 1, 2, 6, 9].includes(value)), signal: null})
  })
})
