import Table from 'cli-table3'
import {columns, hasColor, isOutputTerminal} from './terminal.ts'

type Cell = string | number
export type TableOptions = {
  totals?: Cell[]
  scheme?: string
  /** Columns whose cells may be cut short, in this order, for the table to fit the terminal. */
  shorten?: number[]
}

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
  {totals, scheme, shorten}: TableOptions = {},
): string {
  const border = scheme && scheme !== 'rounded' && scheme !== 'double' && hasColor(1) ? [scheme] : []
  const table = new Table({chars: scheme === 'double' ? DOUBLE : ROUNDED, style: {head: [], border}})
  if (title) table.push([{content: title, colSpan: head.length, hAlign: 'center'}])
  const lines = [head, ...rows, ...(totals ? [totals] : [])].map((row) => row.map(String))
  table.push(...(shorten && isOutputTerminal() ? fitColumns(lines, shorten, columns()) : lines))
  return keepRules(table.toString(), (title ? 1 : 0) + 1, totals !== undefined)
}

/** Cuts cells of these columns, but not their heads, so that the lines fit into so many columns of the terminal. */
function fitColumns(lines: string[][], shorten: number[], available: number): string[][] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  let excess = widths.reduce((total, width) => total + width + 3, 1) - available
  for (const column of shorten) {
    const cut = Math.min(Math.max(0, excess), widths[column]! - Math.max(8, lines[0]![column]!.length))
    if (cut > 0) widths[column]! -= cut
    excess -= Math.max(0, cut)
  }
  return lines.map((line) =>
    line.map((cell, i) => (cell.length > widths[i]! ? `${cell.slice(0, widths[i]! - 1)}…` : cell)),
  )
}

/** cli-table3 draws a line under every row, or under none: keeps those under title and head, and above the totals. */
function keepRules(drawn: string, heading: number, hasTotals: boolean): string {
  const lines = drawn.split('\n')
  const rules = lines.flatMap((line, i) => (/^(?:\u001b\[\d+m)*[├╠]/.test(line) ? [i] : []))
  const kept = new Set([...rules.slice(0, heading), ...(hasTotals ? rules.slice(-1) : [])])
  return lines.filter((_, i) => kept.has(i) || !rules.includes(i)).join('\n')
}
