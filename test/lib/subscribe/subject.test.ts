import {describe, expect, test} from 'vitest'
import {matcher} from '../../../src/lib/subscribe/subject.ts'

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
