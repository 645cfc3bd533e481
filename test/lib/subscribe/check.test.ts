import {describe, expect, test} from 'vitest'
import {UsageError} from '../../../src/lib/errors.ts'
import {checkRequest, type ReceiveFlags, readsStream} from '../../../src/lib/subscribe/check.ts'

type Flags = Parameters<typeof checkRequest>[1]

const STARTS: Record<string, ReceiveFlags> = {
  all: {all: true},
  last: {last: true},
  new: {new: true},
  'last-per-subject': {'last-per-subject': true},
  since: {since: 0},
  'start-sequence': {'start-sequence': 1},
}
const STREAM: Record<string, ReceiveFlags> = {...STARTS, stream: {stream: 'S'}, direct: {direct: true}}
const OTHERS: Record<string, ReceiveFlags> = {
  queue: {queue: 'q'},
  inbox: {inbox: true},
  'match-replies': {'match-replies': true},
}
const DURABLE = {stream: 'S', durable: 'D'}

const starts = Object.keys(STARTS)
const pairs: [a: string, b: string, flags: Flags][] = [
  ...starts.flatMap((a, i) =>
    starts.slice(i + 1).map((b): [string, string, Flags] => [a, b, {...STARTS[a], ...STARTS[b]}]),
  ),
  ...Object.keys(OTHERS).flatMap((a) =>
    Object.keys(STREAM).map((b): [string, string, Flags] => [a, b, {...OTHERS[a], ...STREAM[b]}]),
  ),
  ...[...starts, 'direct'].map((b): [string, string, Flags] => ['durable', b, {...DURABLE, ...STREAM[b]}]),
  ['durable', 'ignore-subject', {...DURABLE, 'ignore-subject': ['a']}],
  ['queue', 'stream', {...DURABLE, queue: 'q'}],
  ['new', 'terminate-at-end', {new: true, 'terminate-at-end': true}],
  ['ack', 'report-subjects', {...DURABLE, ack: true, 'report-subjects': true}],
  ['ack', 'direct', {ack: true, direct: true}],
]

describe('two flags that contradict each other', () => {
  test.each(pairs)('--%s and --%s', (a, b, flags) => {
    const refused = expect(() => checkRequest([], flags))
    refused.toThrow(UsageError)
    refused.toThrow(`--${a} and --${b} contradict each other`)
  })
})

describe('refused', () => {
  test.each<[string[], Flags, string]>([
    [['a.>'], {'terminate-at-end': true}, '--terminate-at-end is about a stream'],
    [['a.>'], DURABLE, 'cannot specify both subjects and --durable'],
    [[], {durable: 'D'}, '--durable names a consumer of a stream'],
    [['a.>'], {all: true, ack: true}, '--ack is about the messages of a consumer'],
    [[], {stream: 'S', ack: true}, '--ack is about the messages of a consumer'],
    [['a', 'b'], {all: true, direct: true}, '--direct reads one subject'],
    [['a'], {'start-sequence': 0}, '--start-sequence: sequences begin at 1'],
    [[], {all: true}, 'no subject given'],
  ])('%j %j', (subjects, flags, message) => {
    const refused = expect(() => checkRequest(subjects, flags))
    refused.toThrow(UsageError)
    refused.toThrow(message)
  })
})

test.each<[string[], ReceiveFlags, boolean]>([
  [['a'], {}, false],
  [['a'], {ack: true}, false],
  [['a'], {ack: false, all: false}, false],
  [['a'], {since: 0}, true],
  [['a'], {all: true, ack: false, 'terminate-at-end': true}, true],
  [[], {stream: 'S'}, true],
  [[], {...DURABLE, ack: true, 'terminate-at-end': true}, true],
  [['a', 'b'], {last: true}, true],
])('%j %j is fine, and reads a stream: %s', (subjects, flags, isStream) => {
  expect(() => checkRequest(subjects, flags)).not.toThrow()
  expect(readsStream(flags)).toBe(isStream)
})
