import {describe, expect, it} from 'vitest'
import {Patience} from '../../../src/lib/jetstream/consume/patience.ts'
import {pullRequest} from '../../../src/lib/jetstream/consume/request.ts'
import {readStatus} from '../../../src/lib/jetstream/consume/status.ts'
import {lateError} from '../../../src/lib/jetstream/consume/timeout.ts'
import type {ConsumerInfo} from '../../../src/lib/jetstream/consumer-info.ts'
import {ConsumerRates} from '../../../src/lib/jetstream/consumer-rates.ts'
import {Frame} from '../../../src/lib/wire/scanner.ts'

/** A message that is all headers. */
function frameOf(headers: string): Frame {
  const frame = new Frame()
  frame.chunk = Buffer.from(headers)
  frame.start = frame.end = frame.chunk.length
  return frame
}

describe('readStatus', () => {
  it.each([
    ['100 Idle Heartbeat', 'alive'],
    ['404 No Messages', 'expired'],
    ['408 Request Timeout', 'expired'],
    ['409 Consumer Deleted', 'gone'],
    ['409 Batch Completed', 'complete'],
    ['409 Message Size Exceeds MaxBytes', 'complete'],
    ['409 Leadership Change', 'retry'],
    ['409 Server Shutdown', 'retry'],
    ['409 Exceeded MaxWaiting', 'retry'],
    ['409 Exceeded MaxRequestBatch of 5', 'refused'],
    ['409 Consumer is push based', 'refused'],
    ['409 Something of the future', 'refused'],
    ['400 Bad Request - Priority Group missing', 'refused'],
    ['423 Nats-Pin-Id mismatch', 'retry'],
    ['503', 'retry'],
  ])('%s means %s', (line, meaning) => {
    const code = Number(line.slice(0, 3))
    const status = readStatus(frameOf(`NATS/1.0 ${line}\r\nNats-Pending-Messages: 5\r\n\r\n`))
    expect(status).toEqual({code, meaning, description: line.slice(4)})
  })

  it.each(['', 'NATS/1.0\r\n\r\n', 'NATS/1.0\r\nA: 1\r\n\r\n', 'nonsense'])('finds none in %j', (headers) => {
    expect(readStatus(frameOf(headers))).toBeUndefined()
  })
})

describe('pullRequest', () => {
  it('asks for what is wanted, for as long as is left', () => {
    expect(pullRequest({}, 3, 4000.7, 1024)).toEqual({
      body: {batch: 3, expires: 4000e6, max_bytes: 16 * 1024 * 1024 + 2048, idle_heartbeat: 500e6},
      patience: 1500,
    })
  })

  it('asks for no more than may wait in memory, and no heartbeat in a short time', () => {
    const {body, patience} = pullRequest({}, 1e6, 300, 1024)
    expect(body).toMatchObject({batch: 5000, expires: 300e6})
    expect(body).not.toHaveProperty('idle_heartbeat')
    expect(patience).toBe(1300)
    expect(pullRequest({}, 1, -5, 1024).body.expires).toBe(1e6)
  })

  it('keeps within the limits of the consumer', () => {
    const limits = {max_batch: 10, max_expires: 2e9, max_bytes: 1000, priority_groups: ['g1', 'g2']}
    expect(pullRequest(limits, 50, 5000, 1024).body).toMatchObject({
      ...{batch: 10, expires: 2e9, max_bytes: 1000, group: 'g1'},
    })
  })
})

describe('Patience', () => {
  it('gives a consumer that was there more time when it is out of reach', () => {
    const patience = new Patience(1000)
    expect(patience.silence()).toBe(false)
    expect(patience.left).toBeLessThanOrEqual(1000)
    patience.progress()
    expect(patience.silence()).toBe(true)
    expect(patience.silence()).toBe(false)
    expect(patience.left).toBeGreaterThan(29_000)
    patience.contact()
    expect(patience.left).toBeLessThanOrEqual(1000)
  })
})

describe('lateError', () => {
  const late = (info?: object, received = 0) =>
    lateError({received, count: 5, timeout: 5000, info: info as ConsumerInfo | undefined})
  it.each([
    [undefined, 'the consumer does not answer either: it may have no leader'],
    [{num_pending: 0}, 'the consumer has delivered all there is; --timeout waits longer'],
    [{num_pending: 9}, 'raise --timeout to wait longer'],
    [
      {stream_name: 'S', name: 'C', config: {max_ack_pending: 2}, num_ack_pending: 2},
      'consumer S > C has 2 unacknowledged messages, as many as it may: nothing more is delivered',
    ],
    [
      {stream_name: 'S', name: 'C', cluster: {name: 'c', replicas: null}},
      'consumer S > C there is no leader: nothing can be read or written',
    ],
  ])('of %j says why', (info, hint) => {
    expect(late(info)).toMatchObject({message: 'no message came within 5s', exitCode: 6, hint})
  })

  it('says how many came', () => {
    expect(late({}, 3).message).toBe('only 3 of 5 messages came, and none for 5s')
  })
})

describe('ConsumerRates', () => {
  const info = (consumer_seq: number, acked: number, num_pending: number) =>
    ({delivered: {consumer_seq}, ack_floor: {consumer_seq: acked}, num_pending, num_ack_pending: 4}) as ConsumerInfo

  it('makes rates of what changed between two samples', () => {
    const rates = new ConsumerRates()
    rates.sample(info(10, 5, 100), 1000)
    rates.sample(info(30, 15, 90), 3000)
    rates.sample(info(0, 0, 120), 4000)
    rates.sample({} as ConsumerInfo, 5000)
    expect(Object.fromEntries(rates.series().map(({title, values}) => [title, values]))).toEqual({
      'Messages Pending': [100, 90, 120, 0],
      'Messages Pending Acks': [4, 4, 4, 0],
      'Messages Acknowledged / second': [0, 5, 0, 0],
      'Messages Delivered / second': [0, 10, 0, 0],
    })
  })
})
