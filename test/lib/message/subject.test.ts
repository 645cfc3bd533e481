import {describe, expect, it} from 'vitest'
import {UsageError} from '../../../src/lib/errors.ts'
import {checkSubject} from '../../../src/lib/message/subject.ts'

describe('checkSubject', () => {
  it.each(['a', 'a.b-c_d', '$JS.API.INFO', 'a*b.c>', 'ü.é', 'a\u0001b'])('takes %s to publish to', (subject) => {
    expect(checkSubject(subject)).toBe(subject)
  })

  it.each(['*', '>', 'a.*', 'a.*.b', 'a.>', '*.>'])('takes %s only to subscribe to', (subject) => {
    expect(checkSubject(subject, 'subject', {wildcards: true})).toBe(subject)
    expect(() => checkSubject(subject)).toThrow('has a wildcard')
  })

  it.each([
    ['', 'is empty'],
    ['a b', 'white space'],
    ['a\r\nPUB b', 'white space'],
    ['a\0', 'white space'],
    ['.', 'empty token'],
    ['.a', 'empty token'],
    ['a.', 'empty token'],
    ['a..b', 'empty token'],
    ['a.>.b', '> before its end'],
    ['>.a', '> before its end'],
    ['\ta', 'white space'],
  ])('refuses %j', (subject, problem) => {
    expect(() => checkSubject(subject, '--reply', {wildcards: true})).toThrow(UsageError)
    expect(() => checkSubject(subject, '--reply', {wildcards: true})).toThrow(problem)
    expect(() => checkSubject(subject)).toThrow(UsageError)
  })
})
