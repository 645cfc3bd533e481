import {describe, expect, it} from 'vitest'
import {consumerFilter, type FindOptions} from '../../../src/lib/jetstream/consumer-find.ts'
import {type ConsumerInfo, consumerWarnings} from '../../../src/lib/jetstream/consumer-info.ts'
import {consumerTable, leadersTable, reportTable} from '../../../src/lib/jetstream/consumer-tables.ts'
import {describeConsumer} from '../../../src/lib/jetstream/consumer-text.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const info = (name: string, fields: object = {}) =>
  ({name, stream_name: 'S', config: {}, created: '2026-11-21T10:00:00Z', ...fields}) as ConsumerInfo
const LIST = [
  info('idle'),
  info('busy', {
    ...{delivered: {consumer_seq: 9, last_active: '2026-11-21T11:59:50Z'}, num_pending: 9, num_ack_pending: 3},
    num_waiting: 2,
  }),
  info('push', {config: {deliver_subject: 'x', num_replicas: 3}, push_bound: true, num_pending: 50}),
  info('pinned', {
    config: {metadata: {'_nats.req.level': '1'}},
    cluster: {name: 'c', leader: 'n1', replicas: [{name: 'n2'}]},
    priority_groups: [{group: 'g', pinned_client_id: 'x'}],
  }),
]
const found = (options: FindOptions) =>
  LIST.filter(consumerFilter(options, NOW))
    .map(({name}) => name)
    .join(' ')

describe('consumerFilter', () => {
  it.each<[FindOptions, string]>([
    [{}, 'idle busy push pinned'],
    [{push: true}, 'push'],
    [{push: true, invert: true}, 'idle busy pinned'],
    [{bound: true}, 'busy push'],
    [{waiting: 3}, 'busy'],
    [{waiting: 2}, ''],
    [{waiting: 2, invert: true}, 'busy'],
    [{'ack-pending': 4}, 'busy'],
    [{pending: 10}, 'idle busy pinned'],
    [{pending: 10, invert: true}, 'push'],
    [{idle: 60_000}, 'idle push pinned'],
    [{idle: 60_000, invert: true}, 'busy'],
    [{created: 7_200_000}, 'idle busy push pinned'],
    [{created: 7_200_001}, ''],
    [{replicas: 2}, 'push pinned'],
    [{replicas: 2, invert: true}, 'idle busy pinned'],
    [{leader: 'n1'}, 'pinned'],
    [{pinned: true}, 'pinned'],
    [{'api-level': 1}, 'pinned'],
    [{'api-level': 0}, 'idle busy push pinned'],
    [{expression: 'state.num_pending > 10 or info.name == "busy"'}, 'busy push'],
    [{pull: true, expression: 'state.num_pending > 10', invert: true}, ''],
  ])('%j', (options, expected) => {
    expect(found(options)).toBe(expected)
  })
})

describe('odd answers of the API', () => {
  it.each([
    {},
    {config: {}, cluster: null, priority_groups: null, delivered: {}, ack_floor: {}},
    {config: {metadata: {}, filter_subjects: [], backoff: []}, cluster: {name: 'c', replicas: [{}, {name: 'n2'}]}},
    {config: {priority_groups: ['a'], deliver_policy: 'of_the_future'}, created: 'never', ts: 'now'},
  ])('%j are shown as far as they go', (fields) => {
    const odd = info('odd', fields)
    expect(describeConsumer(odd)).toContain('Unprocessed Messages: 0')
    expect(consumerTable([odd])).toContain('│ odd')
    expect(reportTable([odd], {stream: 'S', messages: 0})).toContain('│ odd')
    expect(() => consumerWarnings(odd)).not.toThrow()
    expect(consumerFilter({idle: 1, created: 1, bound: true, pinned: true, replicas: 1})(odd)).toBe(false)
  })
})

it('leadersTable draws the shares', () => {
  const led = (leader: string) => info('x', {cluster: {name: 'C1', leader}})
  const lines = leadersTable([led('n2'), led('n1'), led('n2'), info('x', {cluster: {name: 'C1'}})]).split('\n')
  expect(lines.filter((line) => /n\d/.test(line)).map((line) => line.split('│').map((cell) => cell.trim()))).toEqual([
    ['', 'n1', 'C1', '1', '*****', ''],
    ['', 'n2', 'C1', '2', '**********', ''],
  ])
})
