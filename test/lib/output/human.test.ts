import {expect, test} from 'vitest'
import {bytes, clock, dateTime, duration, number} from '../../../src/lib/output/human.ts'

test.each([
  [0, '0s'],
  [0.0005, '500ns'],
  [0.088, '88µs'],
  [0.39485, '394.85µs'],
  [1.405, '1.41ms'],
  [476, '476ms'],
  [55_140, '55.14s'],
  [308_000, '5m8s'],
  [3_600_000, '1h0m0s'],
  [93_784_000, '1d2h3m4s'],
  [-1500, '-1.5s'],
])('duration %d ms is %s', (value, expected) => expect(duration(value)).toBe(expected))

test.each([
  [0, '0 B'],
  [142, '142 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_048_576, '1.0 MiB'],
  [10_485_760, '10 MiB'],
  [1_048_575, '1.0 MiB'],
])('%d bytes is %s', (value, expected) => expect(bytes(value)).toBe(expected))

test('number', () => expect(number(1234567)).toBe('1,234,567'))

test('clock and dateTime are local', () => {
  const date = new Date(2026, 10, 21, 9, 3, 5)
  expect(clock(date)).toBe('09:03:05')
  expect(dateTime(date)).toBe('2026-11-21 09:03:05')
})
