import {describe, expect, it} from 'vitest'
import {buildConsumer, newConsumer} from '../../../src/lib/jetstream/consumer-config/build.ts'
import type {ConsumerConfig, ConsumerOptions} from '../../../src/lib/jetstream/consumer-config/config.ts'

const NOW = new Date('2026-11-21T21:18:45.500Z')
const SECOND = 1e9
const add = (options: ConsumerOptions) => buildConsumer(newConsumer(options), options, NOW)

/** Fields of `config` that are not as in `base`; undefined for those that are gone. */
function changes(base: ConsumerConfig, config: ConsumerConfig): ConsumerConfig {
  const fields = [...new Set([...Object.keys(base), ...Object.keys(config)])]
  const same = (field: string) => JSON.stringify(base[field]) === JSON.stringify(config[field])
  return Object.fromEntries(fields.filter((field) => !same(field)).map((field) => [field, config[field]]))
}
const group = (policy: string, ...groups: string[]) => ({priority_policy: policy, priority_groups: groups})

describe('a new consumer', () => {
  it('is pulled from and acknowledged, or pushes and is not', () => {
    const common = {deliver_policy: 'all', max_deliver: -1, replay_policy: 'instant', num_replicas: 0}
    expect(add({pull: true})).toEqual({...common, ack_policy: 'explicit'})
    expect(add({target: 'my.target'})).toEqual({...common, ack_policy: 'none', deliver_subject: 'my.target'})
  })

  it.each<[ConsumerOptions, ConsumerConfig]>([
    [{ack: 'none'}, {ack_policy: 'none'}],
    [{deliver: 'all'}, {}],
    [{deliver: 'new'}, {deliver_policy: 'new'}],
    [{deliver: 'next'}, {deliver_policy: 'new'}],
    [{deliver: 'last'}, {deliver_policy: 'last'}],
    [{deliver: 'subject'}, {deliver_policy: 'last_per_subject', filter_subject: '>'}],
    [
      {deliver: 'last_per_subject', filter: ['a', 'b']},
      {deliver_policy: 'last_per_subject', filter_subjects: ['a', 'b']},
    ],
    [{deliver: '5'}, {deliver_policy: 'by_start_sequence', opt_start_seq: 5}],
    [{deliver: '1h'}, {deliver_policy: 'by_start_time', opt_start_time: '2026-11-21T20:18:45.500Z'}],
    [{deliver: '1d'}, {deliver_policy: 'by_start_time', opt_start_time: '2026-11-20T21:18:45.500Z'}],
    [
      {deliver: '2026-01-02T03:04:05+01:00'},
      {deliver_policy: 'by_start_time', opt_start_time: '2026-01-02T02:04:05.000Z'},
    ],
    [{filter: ['']}, {}],
    [{filter: ['orders.new']}, {filter_subject: 'orders.new'}],
    [{filter: ['orders.new', 'orders.old']}, {filter_subjects: ['orders.new', 'orders.old']}],
    [{filter: ['orders.new,orders.old']}, {filter_subjects: ['orders.new', 'orders.old']}],
    [{'max-deliver': 0}, {max_deliver: 0}],
    [{'max-pending': -1}, {max_ack_pending: -1}],
    [
      {'max-waiting': 10, 'max-pull-batch': 10},
      {max_waiting: 10, max_batch: 10},
    ],
    [
      {'max-pull-expire': 60_000, 'max-pull-bytes': 2 ** 33},
      {max_expires: 60 * SECOND, max_bytes: 8589934592},
    ],
    [{sample: 50}, {sample_freq: '50'}],
    [{wait: 90_000}, {ack_wait: 90 * SECOND}],
    [{metadata: ['a=b', 'c:d=e', 'f=']}, {metadata: {a: 'b', c: 'd=e', f: ''}}],
    [{pause: '1h'}, {pause_until: '2026-11-21T22:18:45.500Z'}],
    [{pause: '2030-01-01 00:00:00'}, {pause_until: '2030-01-01T00:00:00.000Z'}],
    [{'pinned-groups': ['g1', 'g2']}, group('pinned_client', 'g1', 'g2')],
    [
      {'pinned-groups': ['g1'], 'pinned-ttl': 60_000},
      {...group('pinned_client', 'g1'), priority_timeout: 60 * SECOND},
    ],
    [{'overflow-groups': ['g1']}, group('overflow', 'g1')],
    [{'prioritized-groups': ['g1']}, group('prioritized', 'g1')],
    [
      {backoff: 'linear', 'backoff-steps': 3, 'backoff-min': 1000, 'backoff-max': 10_000},
      {max_deliver: 4, backoff: [SECOND, 4 * SECOND, 7 * SECOND]},
    ],
    [
      {backoff: 'linear', 'backoff-steps': 3, 'max-deliver': 9},
      {max_deliver: 9, backoff: [60 * SECOND, 440 * SECOND, 820 * SECOND]},
    ],
    [
      {backoff: 'linear', 'backoff-steps': 2, 'backoff-min': 600_000, 'backoff-max': 60_000},
      {max_deliver: 3, backoff: [60 * SECOND, 330 * SECOND]},
    ],
  ])('%j', (options, expected) => {
    expect(changes(add({}), add(options))).toEqual(expected)
  })

  it.each<[ConsumerOptions, string]>([
    [{pull: true, target: 'a'}, '--pull contradicts --target'],
    [{bps: 1000}, '--bps is for push consumers'],
    [{heartbeat: 5000}, '--heartbeat is for push consumers'],
    [{'flow-control': true}, '--flow-control is for push consumers'],
    [{'pinned-groups': ['a'], 'overflow-groups': ['b']}, '--pinned-groups contradicts --overflow-groups'],
    [{'pinned-ttl': 1000}, '--pinned-ttl needs --pinned-groups'],
    [{backoff: 'linear', wait: 1000}, '--wait contradicts --backoff'],
    [{'backoff-steps': 3}, '--backoff-steps needs --backoff linear'],
    [{backoff: 'linear', 'backoff-steps': 0}, '--backoff-steps: 0 is not a number of steps; give 1 or more'],
    [{deliver: '0'}, '--deliver: "0" is no place to start'],
    [{deliver: '-1'}, '--deliver: "-1" is no place to start'],
    [{deliver: 'foo'}, '--deliver: "foo" is no place to start'],
    [{metadata: ['a']}, '--metadata: "a" is not KEY=VALUE'],
    [{pause: '2030-01-01'}, '"2030-01-01" is neither a duration nor a time to pause until'],
  ])('refuses %j', (options, message) => {
    expect(() => add(options)).toThrow(message)
  })
})

describe('a change of a consumer', () => {
  const present: ConsumerConfig = {
    ...{durable_name: 'C', name: 'C', description: 'old', deliver_policy: 'by_start_sequence', opt_start_seq: 5},
    ...{ack_policy: 'explicit', ack_wait: SECOND, max_deliver: 7, backoff: [SECOND, 2 * SECOND], max_ack_pending: 9},
    ...{filter_subjects: ['a', 'b'], sample_freq: '7', headers_only: true, num_replicas: 3},
    ...{metadata: {k: 'v', '_nats.level': '5'}, a_field_of_the_future: {deep: [1]}},
  }
  const edit = (options: ConsumerOptions) => changes(present, buildConsumer(present, options, NOW))

  it.each<[ConsumerOptions, ConsumerConfig]>([
    [{}, {}],
    [{description: ''}, {description: ''}],
    [{'max-deliver': -1}, {max_deliver: -1}],
    [{'max-pending': 0}, {max_ack_pending: 0}],
    [{'headers-only': false}, {headers_only: false}],
    [{sample: 0}, {sample_freq: ''}],
    [{filter: ['']}, {filter_subjects: undefined}],
    [{filter: ['c']}, {filter_subject: 'c', filter_subjects: undefined}],
    [{metadata: ['z=1']}, {metadata: {'_nats.level': '5', z: '1'}}],
    [{backoff: 'none'}, {backoff: undefined}],
    [
      {backoff: 'none', wait: 5000},
      {backoff: undefined, ack_wait: 5 * SECOND},
    ],
    [{backoff: 'linear', 'backoff-steps': 1}, {backoff: [60 * SECOND]}],
    [{deliver: 'new'}, {deliver_policy: 'new', opt_start_seq: undefined}],
  ])('%j changes nothing else', (options, expected) => {
    expect(edit(options)).toEqual(expected)
  })

  it('cannot change the wait of a backoff', () => {
    expect(() => edit({wait: 5000})).toThrow('--wait contradicts the backoff of this consumer')
  })

  it('can make a push consumer of a pull one, and back', () => {
    const pull = {...newConsumer({}), max_waiting: 512}
    const push = buildConsumer(pull, {target: 't', 'deliver-group': 'g'})
    expect(changes(pull, push)).toEqual({deliver_subject: 't', deliver_group: 'g', max_waiting: undefined})
    expect(changes(push, buildConsumer(push, {pull: true}))).toEqual({
      deliver_subject: undefined,
      deliver_group: undefined,
    })
  })
})
