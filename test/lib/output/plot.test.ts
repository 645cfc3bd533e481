import {expect, test} from 'vitest'
import {plot, plotCapacity} from '../../../src/lib/output/plot.ts'

const size = {width: 24, height: 6}

test('nothing yet is a line at 0 as wide as the plot', () => {
  expect(plot([], 'x / second', {width: 24, height: 10}).split('\n')).toEqual([
    '   2.00 ┤',
    '   1.75 ┤',
    '   1.50 ┤',
    '   1.25 ┤',
    '   1.00 ┤',
    '   0.75 ┤',
    '   0.50 ┤',
    '   0.25 ┤',
    '   0.00 ┼───────────',
    '         x / second',
  ])
})

test('rises and falls are drawn through every level between', () => {
  expect(plot([0, 4, 4, 1, 3], 'c', size).split('\n')).toEqual([
    '   4.00 ┤       ╭─╮',
    '   3.00 ┤       │ │╭',
    '   2.00 ┤       │ ││',
    '   1.00 ┤       │ ╰╯',
    '   0.00 ┼───────╯',
    '              c',
  ])
})

test('shows the latest values that fit', () => {
  const values = Array.from({length: 500}, (_, i) => (i < 490 ? 1e9 : 4))
  expect(plotCapacity(size.width)).toBe(11)
  expect(plot(values.concat(4), 'c', size)).toContain('   4.00 ┼─')
})

test.each([
  [1234, '   2000'],
  [123_456, '200.00K'],
  [700_000, '  1.00M'],
  [2_500_000, '  4.00M'],
  [3e9, '  4.00G'],
])('labels of %d stay narrow', (value, label) => {
  const [first] = plot([value], 'c', size).split('\n')
  expect(first!.startsWith(`${label} `)).toBe(true)
})
