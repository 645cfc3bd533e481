import {describe, expect, test} from 'vitest'
import {parseBytes, parseCount, parseDuration} from '../../src/lib/units.ts'

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1M', 2_592_000_000],
    ['1y', 31_536_000_000],
    ['100us', 0.1],
    ['100µs', 0.1],
    ['1ns', 1e-6],
    ['-1s', -1000],
  ])('%s is %d ms', (text, expected) => expect(parseDuration(text)).toBeCloseTo(expected, 9))

  test.each(['', '1', 's', '1 s', '1parsec', 'abc', '1s2', '1h-1m', '--1s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  )
})

describe('parseCount', () => {
  test.each([
    ['0', 0],
    ['1000', 1000],
    ['1e3', 1000],
    ['10k', 10_000],
    ['1.5M', 1_500_000],
  ])('%s is %d', (text, expected) => expect(parseCount(text)).toBe(expected))

  test.each(['', '-1', 'abc', '1.5', '1kk', '1e99'])('%j is none', (text) => expect(parseCount(text)).toBeUndefined())
})

describe('parseBytes', () => {
  test.each([
    ['512', 512],
    ['512b', 512],
    ['10k', 10_240],
    ['1MB', 1_048_576],
    ['1.5GiB', 1_610_612_736],
    ['5TiB', 5_497_558_138_880],
    ['-1', -1],
  ])('%s is %d', (text, expected) => expect(parseBytes(text)).toBe(expected))

  test.each(['', 'abc', '1 parsec', 'MB'])('%j is none', (text) => expect(parseBytes(text)).toBeUndefined())
})
