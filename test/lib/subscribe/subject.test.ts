import {describe, expect, test} from 'vitest'
import {checkSubject, matcher} from '../../../src/lib/subscribe/subject.ts'

describe('checkSubject', () => {
  test.each(['a', 'a.b', '*', '>', 'a.*.b', 'a.>', '*.>', 'a>b.c', 'a.b*', '$SYS.>', 'é.✓', 'a\u0001b'])(
    'takes %j',
    (subject) => {
      expect(checkSubject(subject)).toBe(subject)
    },
  )

  test.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a\n', 'a\r\nPUB x', '\ta', 'a.>.b', '>.a', 'a\0'])(
    'refuses %j',
    (subject) => {
      expect(() => checkSubject(subject)).toThrow(JSON.stringify(subject))
    },
  )
})

describe('matcher', () => {
  test.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'a.b', false],
    ['a.b', 'a', false],
    ['*', 'a', true],
    ['*', 'a.b', false],
    ['a.*', 'a.b', true],
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.b.d', false],
    ['>', 'a', true],
    ['>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.>', 'a.b', true],
    ['a.>', 'a.b.c', true],
    ['a.>', 'b.c', false],
    ['*.>', 'a.b.c', true],
    ['a>', 'a>', true],
    ['a>', 'ab', false],
    ['a*', 'ab', false],
  ])('%s against %s: %s', (pattern, subject, expected) => {
    expect(matcher(['never', pattern])(subject)).toBe(expected)
  })
})
