import {expect, test} from 'vitest'
import {nearest} from '../../src/lib/usage.ts'

const words = ['stream', 'server', 'publish', 'pub', 'ls']

test.each([
  ['steam', 'stream'],
  ['sevrer', 'server'],
  ['pubs', 'pub'],
  ['publ', 'pub'],
  ['publi', 'publish'],
  ['strea', 'stream'],
])('%s is near %s', (word, expected) => expect(nearest(word, words)).toBe(expected))

test.each(['x', 'lx', 'kangaroo', ''])('%j is near nothing, or only by chance', (word) =>
  expect(nearest(word, ['stream', 'server'])).toBeUndefined(),
)
