import {expect, test} from 'vitest'
import {renderTable} from '../../../src/lib/output/table.ts'

test('title, head and rows, with a line under the title and the head only', () => {
  expect(
    renderTable(
      'Known Contexts',
      ['Name', 'Description'],
      [
        ['one', 'first one'],
        ['two*', ''],
      ],
    ),
  ).toBe(
    [
      '╭────────────────────╮',
      '│   Known Contexts   │',
      '├──────┬─────────────┤',
      '│ Name │ Description │',
      '├──────┼─────────────┤',
      '│ one  │ first one   │',
      '│ two* │             │',
      '╰──────┴─────────────╯',
    ].join('\n'),
  )
})

test('totals have a line above them', () => {
  const lines = renderTable(
    '',
    ['Subject', 'Count'],
    [
      ['a', 1],
      ['b', 2],
    ],
    {totals: ['Totals', 3]},
  ).split('\n')
  expect(lines.map((line) => line[0])).toEqual(['╭', '│', '├', '│', '│', '├', '│', '╰'])
  expect(lines.at(-2)).toBe('│ Totals  │ 3     │')
})

test('the double scheme', () => {
  expect(renderTable('T', ['A', 'B'], [['1', '2']], {scheme: 'double'}).split('\n')[0]).toBe('╔═══════╗')
})

test('wide characters, line breaks and long titles keep the columns straight', () => {
  expect(
    renderTable(
      'A title that is wider',
      ['A', 'B'],
      [
        ['日本', 'e\u0301\nsecond'],
        ['🚀', ''],
      ],
    ),
  ).toBe(
    [
      '╭───────────────────────╮',
      '│ A title that is wider │',
      '├──────┬────────────────┤',
      '│ A    │ B              │',
      '├──────┼────────────────┤',
      '│ 日本 │ e\u0301              │',
      '│      │ second         │',
      '│ 🚀   │                │',
      '╰──────┴────────────────╯',
    ].join('\n'),
  )
})

test('a hundred thousand rows take no more than their time', () => {
  const started = performance.now()
  const rows = Array.from({length: 100_000}, (_, i) => [`subject.${i}`, i])
  expect(renderTable('Many', ['Subject', 'Count'], rows).split('\n')).toHaveLength(100_006)
  expect(performance.now() - started).toBeLessThan(2000)
})
