import {describe, expect, it} from 'vitest'
import {differences} from '../../../src/lib/jetstream/diff.ts'
import type {StreamConfig} from '../../../src/lib/jetstream/stream.ts'
import {buildStream, newStream} from '../../../src/lib/jetstream/stream-config/build.ts'
import {parseConfig} from '../../../src/lib/jetstream/stream-config/file.ts'
import {overlay, withoutServerMetadata} from '../../../src/lib/jetstream/stream-config/make.ts'
import {streamNeeds} from '../../../src/lib/jetstream/stream-config/needs.ts'
import type {StreamOptions} from '../../../src/lib/jetstream/stream-config/options.ts'
import {streamFaults} from '../../../src/lib/jetstream/stream-config/validate.ts'

/** A stream with a field that this program has never heard of. */
const existing: StreamConfig = {
  name: 'ORDERS',
  subjects: ['orders.>'],
  retention: 'limits',
  max_msgs: -1,
  max_age: 3_600_000_000_000,
  num_replicas: 3,
  placement: {cluster: 'C1', tags: ['ssd']},
  republish: {src: 'a', dest: 'b'},
  metadata: {team: 'shop', '_nats.ver': '2.15.1', '_nats.level': '5'},
  from_the_future: {deep: [1, {x: null}]},
}
const edit = (options: StreamOptions) => buildStream(existing, options)

describe('newStream', () => {
  it('has the defaults of the reference client', () => {
    expect(JSON.parse(JSON.stringify(buildStream(newStream('TMP', {}), {subjects: ['tmp.>']})))).toEqual({
      name: 'TMP',
      subjects: ['tmp.>'],
      retention: 'limits',
      max_consumers: -1,
      max_msgs_per_subject: -1,
      max_msgs: -1,
      max_bytes: -1,
      max_age: 0,
      max_msg_size: -1,
      storage: 'file',
      discard: 'old',
      num_replicas: 1,
      duplicate_window: 120_000_000_000,
      sealed: false,
      deny_delete: false,
      deny_purge: false,
      allow_rollup_hdrs: false,
      allow_direct: true,
      mirror_direct: false,
    })
  })

  it('remembers duplicates no longer than messages', () => {
    expect(newStream('A', {'max-age': 90_000}).duplicate_window).toBe(90_000_000_000)
    expect(newStream('A', {'max-age': 900_000}).duplicate_window).toBe(120_000_000_000)
    expect(newStream('A', {mirror: 'B'})).not.toHaveProperty('duplicate_window')
  })
})

describe('buildStream', () => {
  it.each<[StreamOptions, object]>([
    [{subjects: ['a,b', 'c d', ' e ,']}, {subjects: ['a', 'b', 'c', 'd', 'e']}],
    [{storage: 'm'}, {storage: 'memory'}],
    [{storage: 'f'}, {storage: 'file'}],
    [{retention: 'work'}, {retention: 'workqueue'}],
    [{retention: 'workq'}, {retention: 'workqueue'}],
    [{retention: 'interest'}, {retention: 'interest'}],
    [{ack: false}, {no_ack: true}],
    [{ack: true}, {no_ack: false}],
    [{'max-age': 5_400_000}, {max_age: 5_400_000_000_000}],
    [
      {'max-msgs': -1, 'max-bytes': 0},
      {max_msgs: -1, max_bytes: 0},
    ],
    [{'max-bytes': 2 ** 41}, {max_bytes: 2 ** 41}],
    [{'first-sequence': 100}, {first_seq: 100}],
    [
      {'allow-batch': true, 'allow-fast': false},
      {allow_atomic: true, allow_batched: false},
    ],
    [
      {'allow-counter': true, 'allow-schedules': true},
      {allow_msg_counter: true, allow_msg_schedules: true},
    ],
    [
      {'subject-del-markers-ttl': 1000, 'allow-msg-ttl': true},
      {subject_delete_marker_ttl: 1e9, allow_msg_ttl: true},
    ],
    [
      {'persist-mode': 'async', compression: 's2'},
      {persist_mode: 'async', compression: 's2'},
    ],
    [{'limit-consumer-inactive': 1000}, {consumer_limits: {inactive_threshold: 1e9}}],
    [{'limit-consumer-max-pending': 5}, {consumer_limits: {max_ack_pending: 5}}],
    [{tag: ['x', 'y']}, {placement: {cluster: 'C1', tags: ['x', 'y']}}],
    [{cluster: ''}, {placement: {tags: ['ssd']}}],
    [{metadata: ['a=b=c', 'd:']}, {metadata: {a: 'b=c', d: '', '_nats.ver': '2.15.1', '_nats.level': '5'}}],
    [{'republish-headers': true}, {republish: {src: 'a', dest: 'b', headers_only: true}}],
    [{'republish-destination': 'c'}, {republish: {src: 'a', dest: 'c'}}],
    [{'transform-source': 'a.*', 'transform-destination': 'b.*'}, {subject_transform: {src: 'a.*', dest: 'b.*'}}],
    [{source: ['A', '{"name":"B","opt_start_seq":5}']}, {sources: [{name: 'A'}, {name: 'B', opt_start_seq: 5}]}],
  ])('%j changes %j and nothing else', (options, changes) => {
    expect(edit(options)).toEqual({...existing, ...changes})
  })

  it('takes away what is to go', () => {
    const {republish: _, ...rest} = existing
    expect(edit({'no-republish': true})).toEqual(rest)
    expect(edit({cluster: '', tag: []})).not.toHaveProperty('placement')
    expect(buildStream({...existing, subjects: [], mirror: {name: 'X'}}, {'no-mirror': true})).not.toHaveProperty(
      'mirror',
    )
  })

  it.each<[StreamOptions, string]>([
    [{'transform-source': 'a'}, '--transform-source and --transform-destination are needed both'],
    [{'transform-destination': 'a'}, '--transform-source and --transform-destination are needed both'],
    [{mirror: 'X', source: ['Y']}, '--mirror contradicts --source'],
    [{mirror: 'X'}, '--mirror contradicts --subjects'],
    [{mirror: '{"nam":"X"}'}, '--mirror: the JSON has no "name"'],
    [{source: ['{bad']}, '--source: cannot read the JSON'],
    [{metadata: ['a']}, '"a" is not KEY=VALUE'],
  ])('refuses %j', (options, message) => expect(() => edit(options)).toThrow(message))
})

describe('overlay', () => {
  it('changes what a file has, and keeps everything else', () => {
    expect(overlay(existing, {name: 'RENAMED', max_msgs: 5, description: 'x'})).toEqual({
      ...existing,
      max_msgs: 5,
      description: 'x',
    })
  })

  it('takes away what is null, and leaves what the server wrote as it is', () => {
    const {republish: _, ...rest} = existing
    const file = {republish: null, metadata: {own: '1', '_nats.ver': '2.9.0'}}
    expect(overlay(existing, file)).toEqual({...rest, metadata: {own: '1', '_nats.ver': '2.15.1', '_nats.level': '5'}})
  })

  it('sees no difference in what info printed', () => {
    expect(differences(existing, overlay(existing, structuredClone(existing)))).toEqual([])
    expect(withoutServerMetadata(existing).metadata).toEqual({team: 'shop'})
    expect(withoutServerMetadata({name: 'A', metadata: {'_nats.ver': '1'}})).toEqual({name: 'A'})
  })
})

describe('parseConfig', () => {
  it('reads a configuration, or what info prints', () => {
    expect(parseConfig('{"name":"A"}', 'f')).toEqual({name: 'A'})
    expect(parseConfig('{"config":{"name":"A"},"state":{}}', 'f')).toEqual({name: 'A'})
  })

  it.each(['{bad', '[1]', 'null', '"x"', ''])('refuses %j', (text) => {
    expect(() => parseConfig(text, 'x.json')).toThrow(/^x\.json is not (JSON|a JSON object)/)
  })
})

describe('streamFaults', () => {
  it('finds nothing wrong with what there is', () => {
    expect(streamFaults(existing)).toEqual([])
    expect(streamFaults({name: 'A', mirror: null, description: null})).toEqual([])
  })

  it.each<[object, string]>([
    [{}, '/name: is missing'],
    [{name: 'a.b'}, '/name: "a.b" is not the name of a stream'],
    [{name: 'A', max_msgs: -5}, '/max_msgs: must be >= -1 but found -5'],
    [{name: 'A', max_msg_size: 3 * 2 ** 30}, '/max_msg_size: must be <= 2147483647 but found 3221225472'],
    [{name: 'A', max_age: '1h'}, '/max_age: must be a whole number but is "1h"'],
    [{name: 'A', num_replicas: 6}, '/num_replicas: must be <= 5 but found 6'],
    [{name: 'A', retention: 'foo'}, '/retention: must be one of limits, interest, workqueue but is "foo"'],
    [{name: 'A', subjects: 'a'}, '/subjects: must be a list of texts'],
    [{name: 'A', placement: 'C1'}, '/placement: must be an object but is "C1"'],
    [{name: 'A', placement: {tags: [1]}}, '/placement/tags: must be a list of texts'],
    [{name: 'A', sources: [{name: 'B'}, {name: 'x y'}]}, '/sources/1/name: "x y" is not the name of a stream'],
    [{name: 'A', metadata: {n: 1}}, '/metadata/n: must be a text but is 1'],
    [{name: 'A', sealed: 'yes'}, '/sealed: must be true or false but is "yes"'],
  ])('%j', (config, fault) => expect(streamFaults(config as never)).toEqual([fault]))
})

describe('streamNeeds', () => {
  const versions = (config: object, before?: object) =>
    streamNeeds({name: 'A', ...config}, before && {name: 'A', ...before}).map(({what, version}) => `${what} ${version}`)

  it('names the version of each thing that is new', () => {
    expect(versions({compression: 's2', allow_atomic: true, allow_batched: true, allow_msg_ttl: true})).toEqual([
      '--compression 2.10.0',
      '--allow-msg-ttl 2.11.0',
      '--allow-batch 2.12.0',
      '--allow-fast 2.14.0',
    ])
    expect(versions({mirror: {name: 'B', filter_subject: 'x'}})).toEqual(['the filter of a mirror 2.10.0'])
    expect(
      versions({
        sources: [
          {name: 'B', filter_subject: 'x'},
          {name: 'C', subject_transforms: [{src: 'a'}]},
        ],
      }),
    ).toEqual(['transforms of a mirror or source 2.10.0'])
  })

  it('asks for nothing that is not used, or that is there already', () => {
    expect(
      versions({compression: 'none', persist_mode: 'default', consumer_limits: {}, metadata: {'_nats.ver': '1'}}),
    ).toEqual([])
    expect(versions({allow_msg_ttl: true, max_msgs: 5}, {allow_msg_ttl: true})).toEqual([])
  })
})
