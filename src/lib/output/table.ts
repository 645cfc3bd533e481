import Table from 'cli-table3'
import {hasColor} from './terminal.ts'

type Cell = string | number
export type TableOptions = {totals?: Cell[]; scheme?: string}

const ROUNDED = {'top-left': '╭', 'top-right': '╮', 'bottom-left': '╰', 'bottom-right': '╯'}
const DOUBLE = {
  ...{top: '═', 'top-mid': '╦', 'top-left': '╔', 'top-right': '╗', bottom: '═', 'bottom-mid': '╩'},
  ...{'bottom-left': '╚', 'bottom-right': '╝', left: '║', 'left-mid': '╠', mid: '═', 'mid-mid': '╬'},
  ...{right: '║', 'right-mid': '╣', middle: '║'},
}

/**
 * A table as wide as its content: its title in a row of its own, the head, the rows, and totals under a line.
 *
 * @param scheme `--colors`: `rounded`, `double`, or the colour of the lines, which shows on a terminal only
 */
export function renderTable(
  title: string,
  head: string[],
  rows: Cell[][],
  {totals, scheme}: TableOptions = {},
): string {
  const border = scheme && scheme !== 'rounded' && scheme !== 'double' && hasColor(1) ? [scheme] : []
  const table = new Table({chars: scheme === 'double' ? DOUBLE : ROUNDED, style: {head: [], border}})
  if (title) table.push([{content: title, colSpan: head.length, hAlign: 'center'}])
  for (const row of [head, ...rows, ...(totals ? [totals] : [])]) table.push(row.map(String))
  return keepRules(table.toString(), (title ? 1 : 0) + 1, totals !== undefined)
}

/** cli-table3 draws a line under every row, or under none: keeps those under title and head, and above the totals. */
function keepRules(drawn: string, heading: number, hasTotals: boolean): string {
  const lines = drawn.split('\n')
  const rules = lines.flatMap((line, i) => (/^(?:\u001b\[\d+m)*[├╠]/.test(line) ? [i] : []))
  const kept = new Set([...rules.slice(0, heading), ...(hasTotals ? rules.slice(-1) : [])])
  return lines.filter((_, i) => kept.has(i) || !rules.includes(i)).join('\n')
}
