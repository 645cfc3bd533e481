import {describe, expect, it} from 'vitest'
import {toGaps} from '../../../src/lib/jetstream/gaps.ts'
import {readStreamInfo, type StreamInfo} from '../../../src/lib/jetstream/stream.ts'
import {streamWarnings} from '../../../src/lib/jetstream/stream-health.ts'
import {renderStreamInfo} from '../../../src/lib/jetstream/stream-info.ts'
import {
  leadersOf,
  renderLeaders,
  renderReport,
  replicas,
  replicationsOf,
  toDot,
} from '../../../src/lib/jetstream/stream-report.ts'

const stream = (config: object, rest: object = {}): StreamInfo =>
  readStreamInfo({config: {name: 'A', ...config}, ...rest} as never)
const cluster = {
  name: 'C1',
  leader: 'n2',
  replicas: [
    {name: 'n3', current: true, active: 1e6},
    {name: 'n1', current: false, offline: true, active: 18_100e6, lag: 7},
  ],
}

describe('readStreamInfo', () => {
  it.each([{}, {config: null}, {config: {}}, {config: 'x'}, {config: {name: 5}}])('refuses %j', (answer) => {
    expect(() => readStreamInfo(answer as never)).toThrow('it has no configuration')
  })

  it.each([
    {},
    {state: null, sources: null, mirror: null, cluster: null, alternates: null},
    {state: {messages: null, first_ts: null}, sources: [null], cluster: {name: 'C', replicas: null}},
    {cluster: {name: 'C', replicas: [null, {}]}, sources: [{}], created: 'never', metadata: 5},
  ])('shows a stream of which the server tells only %j', (rest) => {
    const info = stream({subjects: null, metadata: null, placement: null, sources: null}, rest)
    expect(renderStreamInfo(info)).toContain('Messages: 0')
    expect(renderReport([info], {raw: false})).toContain('A')
    expect(Array.isArray(streamWarnings(info))).toBe(true)
  })
})

describe('reports', () => {
  it('mark the leader and who is not well', () => {
    expect(replicas(cluster)).toBe('n1!, n2*, n3')
    expect(replicas({leader: 'alone'})).toBe('')
    expect(replicas({name: 'C1', replicas: [{name: 'n1', current: true}]})).toBe('n1')
  })

  it('count leaders', () => {
    const other = {...cluster, leader: 'n3', replicas: [{name: 'n2', current: true}]}
    const leaders = leadersOf([stream({}, {cluster}), stream({}, {cluster: other}), stream({}, {cluster: other})])
    expect(leaders.map(({server, streams}) => [server, streams])).toEqual([
      ['n1', 0],
      ['n2', 1],
      ['n3', 2],
    ])
    expect(renderLeaders(leaders)).toContain('│ n3     │ C1      │ 2       │ ******       │')
  })

  it('draw what copies what', () => {
    const list = replicationsOf([
      stream({name: 'MIR'}, {mirror: {name: 'A', lag: 0}}),
      stream(
        {name: 'AGG'},
        {
          sources: [
            {name: 'A', filter_subject: 'a.*'},
            {name: 'B', error: {description: 'gone'}},
          ],
        },
      ),
    ])
    expect(toDot(list)).toBe(`digraph  {
	label="Stream Replication Structure";
	n1[label="A"];
	n2[label="AGG"];
	n3[label="B"];
	n4[label="MIR"];
	n1->n4[color="blue",label="Mirror"];
	n1->n2[color="green",label="a.* untransformed"];
	n3->n2[color="red"];
}
`)
  })
})

describe('streamWarnings', () => {
  const warnings = (config: object, rest: object = {}) => streamWarnings(stream(config, rest))

  it('has nothing to say of a healthy stream', () => {
    const healthy = {...cluster, replicas: [{name: 'n1', current: true, lag: 0}]}
    expect(
      warnings({max_msgs: 10}, {cluster: healthy, state: {messages: 10}, mirror: {name: 'X', active: 1e9}}),
    ).toEqual([])
  })

  it.each<[object, object, string]>([
    [{}, {cluster: {name: 'C1', replicas: []}}, 'there is no leader: nothing can be read or written'],
    [{}, {cluster}, 'replica n1 is offline, seen 18.1s ago'],
    [
      {},
      {cluster: {name: 'C', leader: 'x', replicas: [{name: 'y', current: false, lag: 3}]}},
      'replica y is not current, 3 operations behind',
    ],
    [
      {discard: 'new', max_msgs: 100},
      {state: {messages: 90}},
      'has 90% of its 100 messages; new messages are refused at the limit',
    ],
    [
      {retention: 'workqueue', max_bytes: 1024},
      {state: {bytes: 1024}},
      'has 100% of its 1.0 KiB; unprocessed messages are dropped at the limit',
    ],
    [{max_consumers: 2}, {state: {consumer_count: 2}}, 'has all of the 2 consumers that it allows'],
    [{}, {mirror: {name: 'X', active: 300e9, lag: 5}}, 'X was not heard of for 5m0s, 5 messages behind'],
    [{}, {mirror: {name: 'X', error: {description: 'no route'}}}, 'cannot copy from X: no route'],
    [{}, {state: {lost: {msgs: [1, 2], bytes: 5}}}, '2 messages are lost from its storage'],
  ])('%j %j', (config, rest, warning) => expect(warnings(config, rest)).toEqual([warning]))
})

it('joins sequences into gaps', () => {
  expect(toGaps([])).toEqual([])
  expect(toGaps([2, 4, 5, 6, 9])).toEqual([
    [2, 2],
    [4, 6],
    [9, 9],
  ])
})
