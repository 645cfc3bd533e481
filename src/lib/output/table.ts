import Table from 'cli-table3'
import {columns, hasColor, isOutputTerminal} from './terminal.ts'

type Cell = string | number
export type TableOptions = {
  totals?: Cell[]
  scheme?: string
  /** Columns whose cells may be cut short, in this order, for the table to fit the terminal. */
  shorten?: number[]
  /** Columns that may be left out, in this order, where cutting short is not enough. */
  drop?: number[]
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
  {totals, scheme, shorten = [], drop = []}: TableOptions = {},
): string {
  const border = scheme && scheme !== 'rounded' && scheme !== 'double' && hasColor(1) ? [scheme] : []
  const table = new Table({chars: scheme === 'double' ? DOUBLE : ROUNDED, style: {head: [], border}})
  const lines = [head, ...rows, ...(totals ? [totals] : [])].map((row) => row.map(String))
  const fitting = isOutputTerminal() ? fitColumns(lines, shorten, drop, columns()) : lines
  if (title) table.push([{content: title, colSpan: fitting[0]!.length, hAlign: 'center'}])
  table.push(...fitting)
  return keepRules(table.toString(), (title ? 1 : 0) + 1, totals !== undefined)
}

/** Cuts cells of some columns short, but not their heads, and leaves columns out, for the lines to fit into so many columns of the terminal. */
function fitColumns(lines: string[][], shorten: number[], drop: number[], available: number): string[][] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const excess = () => widths.reduce((total, width) => total + (width && width + 3), 1) - available
  for (const column of shorten) {
    const spare = widths[column]! - Math.max(8, lines[0]![column]!.length)
    widths[column]! -= Math.max(0, Math.min(excess(), spare))
  }
  for (const column of drop) if (excess() > 0) widths[column] = 0
  const cut = (cell: string, width: number) => (cell.length > width ? `${cell.slice(0, width - 1)}…` : cell)
  return lines.map((line) => line.map((cell, i) => cut(cell, widths[i]!)).filter((_, i) => widths[i]! > 0))
}

/** cli-table3 draws a line under every row, or under none: keeps those under title and head, and above the totals. */
function keepRules(drawn: string, heading: number, hasTotals: boolean): string {
  const lines = drawn.split('\n')
  const rules = lines.flatMap((line, i) => (/^(?:\u001b\[\d+m)*[├╠]/.test(line) ? [i] : []))
  const kept = new Set([...rules.slice(0, heading), ...(hasTotals ? rules.slice(-1) : [])])
  return lines.filter((_, i) => kept.has(i) || !rules.includes(i)).join('\n')
}
