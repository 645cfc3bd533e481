import {headers, type Msg, type NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {JetStreamApi} from '../../../src/lib/jetstream/api.ts'
import {startServer} from '../../support/server.ts'

const config = `
  jetstream: {domain: hub}
  accounts {
    JS: {jetstream: enabled, users: [{user: js, password: p}, {
      user: limited, password: p,
      permissions: {publish: {allow: ["$JS.API.INFO", "bad.>"]}}
    }]}
    NONE: {users: [{user: none, password: p}]}
  }`
let url: string
let connection: NatsConnection
const connections: NatsConnection[] = []

beforeAll(async () => {
  url = (await startServer({config, jetstream: true})).url
  connection = await as('js')
})
afterAll(() => Promise.all(connections.map((each) => each.close())))

async function as(user: string) {
  const made = await connect({servers: url, user, pass: 'p', noAsyncTraces: true})
  connections.push(made)
  return made
}
const api = (options: object = {}, over = connection) => new JetStreamApi(over, {timeout: 2000, ...options})

/** An API of which every answer is made by `answer`. */
function impostor(answer: (request: Msg) => void) {
  const subscription = connection.subscribe('bad.>', {callback: (_error, request) => answer(request)})
  return {
    api: api({prefix: 'bad', timeout: 300}),
    [Symbol.dispose]: () => subscription.unsubscribe(),
  }
}

describe('JetStreamApi', () => {
  it('sends and receives objects as they are', async () => {
    const config = {name: 'ONE', subjects: ['one'], storage: 'memory'}
    expect(await api().request('STREAM.CREATE.ONE', config)).toMatchObject({config})
    expect((await api().list<string>('STREAM.NAMES', 'streams')).items).toEqual(['ONE'])
    expect((await api().list('CONSUMER.LIST.ONE', 'consumers')).items).toEqual([])
  })

  it('reaches a domain, and a prefix before it', async () => {
    expect(await api({domain: 'hub'}).request('INFO')).toMatchObject({domain: 'hub'})
    expect(await api({domain: 'other', prefix: '$JS.hub.API'}).request('INFO')).toMatchObject({domain: 'hub'})
  })

  it.each([
    ['STREAM.INFO.NONE', undefined, 3, 'stream not found (10059)'],
    ['CONSUMER.INFO.ONE.NONE', undefined, 3, 'consumer not found (10014)'],
    ['STREAM.MSG.GET.ONE', {seq: 5}, 3, 'no message found (10037)'],
    ['STREAM.CREATE.ONE', {name: 'ONE', subjects: ['two']}, 8, 'stream name already in use with a different'],
    ['STREAM.CREATE.TWO', {name: 'TWO', subjects: ['*']}, 8, 'subjects overlap with an existing stream (10065)'],
    ['STREAM.CREATE.TWO', {name: 'THREE'}, 1, '(10056)'],
  ])('tells what the server says to %s %j', async (subject, payload, exitCode, message) => {
    const error = await api()
      .request(subject, payload)
      .catch((thrown) => thrown)
    expect(error.message).toContain(message)
    expect(error).toMatchObject({exitCode})
  })

  it('tells that JetStream is not there, not permitted, or too slow', async () => {
    const nowhere = expect(api({domain: 'nowhere'}).request('INFO')).rejects
    await nowhere.toMatchObject({
      exitCode: 7,
      message: 'JetStream is not available: nothing answers on $JS.nowhere.API',
    })
    const account = expect(api({}, await as('none')).request('INFO')).rejects
    await account.toMatchObject({exitCode: 7, errCode: 10039})
    const limited = expect(api({}, await as('limited')).request('STREAM.NAMES')).rejects
    await limited.toMatchObject({exitCode: 4, message: 'not permitted to publish to "$JS.API.STREAM.NAMES"'})
    using silent = impostor(() => {})
    const late = expect(silent.api.request('INFO')).rejects
    await late.toMatchObject({exitCode: 6, message: 'no answer to bad.INFO within 0.3s'})
  })

  it.each([
    ['', 'cannot read the answer to bad.INFO: it is something that is not JSON'],
    ['{"a":', 'cannot read the answer to bad.INFO: it is something that is not JSON'],
    ['null', 'cannot read the answer to bad.INFO: it is not a JSON object'],
    ['[1]', 'cannot read the answer to bad.INFO: it is not a JSON object'],
    ['"text"', 'cannot read the answer to bad.INFO: it is not a JSON object'],
    ['{"error":{}}', 'unknown JetStream error (0)'],
    ['{"error":{"code":null,"description":{}}}', 'unknown JetStream error (0)'],
    ['{"error":"went wrong"}', 'went wrong (0)'],
  ])('refuses the odd answer %j in words', async (answer, message) => {
    using odd = impostor((request) => request.respond(answer))
    await expect(odd.api.request('INFO')).rejects.toMatchObject({exitCode: 1, message})
  })

  it('names the status of an answer that is nothing else', async () => {
    using odd = impostor((request) => request.respond('', {headers: headers(409, 'Server Shutdown')}))
    const message = 'cannot read the answer to bad.INFO: it is status 409 Server Shutdown'
    await expect(odd.api.request('INFO')).rejects.toMatchObject({message})
  })
})
