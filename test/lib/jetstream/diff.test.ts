import {describe, expect, it} from 'vitest'
import {differences, renderDifferences} from '../../../src/lib/jetstream/diff.ts'

describe('differences', () => {
  it.each([
    [{a: 1}, {a: 1}, []],
    [{a: 1}, {a: 2}, [{field: 'a', old: 1, new: 2}]],
    [{}, {a: -1}, [{field: 'a', old: undefined, new: -1}]],
    [{a: 5}, {}, [{field: 'a', old: 5, new: undefined}]],
    [{a: ['x', 'y']}, {a: ['x', 'z']}, [{field: 'a', old: ['x', 'y'], new: ['x', 'z']}]],
    [{a: {b: 1, c: 2}}, {a: {c: 2, b: 3}}, [{field: 'a.b', old: 1, new: 3}]],
    [{a: [{x: 1, y: 2}]}, {a: [{y: 2, x: 1, z: false}]}, []],
    [{a: {b: 1}}, {}, [{field: 'a.b', old: 1, new: undefined}]],
  ])('of %j and %j', (before, after, expected) => {
    expect(differences(before, after)).toEqual(expected)
  })

  it.each([undefined, null, false, 0, '', [], {}, '0001-01-01T00:00:00Z'])('sees none in %j and nothing', (zero) => {
    expect(differences({a: zero}, {})).toEqual([])
    expect(differences({}, {a: zero})).toEqual([])
  })
})

it('renderDifferences shows durations as such', () => {
  const list = differences(
    {ack_wait: 30e9, backoff: [1e9, 2e9], description: 'old', consumer_limits: {inactive_threshold: 60e9}},
    {ack_wait: 60e9, description: 'new', max_deliver: 5},
  )
  expect(renderDifferences(list).split('\n')).toEqual([
    'Differences (-old +new):',
    '- ack_wait: 30s',
    '+ ack_wait: 1m0s',
    '- backoff: [1s, 2s]',
    '- description: "old"',
    '+ description: "new"',
    '- consumer_limits.inactive_threshold: 1m0s',
    '+ max_deliver: 5',
  ])
})
