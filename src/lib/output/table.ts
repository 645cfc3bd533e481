import {stripVTControlCharacters} from 'node:util'
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

/** For each kind of line its left end, its fill, what stands where columns meet, and its right end. */
type Frame = Record<'top' | 'titled' | 'rule' | 'bottom', [string, string, string, string]> & {bar: string}
const ROUNDED: Frame = {
  top: ['╭', '─', '┬', '╮'],
  titled: ['├', '─', '┬', '┤'],
  rule: ['├', '─', '┼', '┤'],
  bottom: ['╰', '─', '┴', '╯'],
  bar: '│',
}
const DOUBLE: Frame = {
  top: ['╔', '═', '╦', '╗'],
  titled: ['╠', '═', '╦', '╣'],
  rule: ['╠', '═', '╬', '╣'],
  bottom: ['╚', '═', '╩', '╝'],
  bar: '║',
}
const COLORS: Record<string, number> = {red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36}

/**
 * A table as wide as its content: its title in a row of its own, the head, the rows, and totals under a line. Takes time
 * in proportion to its rows, of which there may be hundreds of thousands.
 *
 * @param scheme `--colors`: `rounded`, `double`, or the colour of the lines, which shows on a terminal only
 */
export function renderTable(
  title: string,
  head: string[],
  rows: Cell[][],
  {totals, scheme, shorten = [], drop = []}: TableOptions = {},
): string {
  const all = [head, ...rows, ...(totals ? [totals] : [])].map((row) => row.map(String))
  const cells = isOutputTerminal() ? fitColumns(all, shorten, drop, columns()) : all
  const widths = widthsOf(cells)
  // A title that is wider than the columns makes the last one wider.
  const inner = () => widths.reduce((total, width) => total + width + 3, -1)
  widths[widths.length - 1]! += Math.max(0, textWidth(title) + 2 - inner())

  const frame = scheme === 'double' ? DOUBLE : ROUNDED
  const paint = painter(scheme)
  const line = (kind: keyof Omit<Frame, 'bar'>, junction = frame[kind][2]) => {
    const [left, fill, , right] = frame[kind]
    return paint(left + widths.map((width) => fill.repeat(width + 2)).join(junction) + right)
  }
  const bar = paint(frame.bar)
  const row = (texts: string[]) =>
    `${bar}${widths.map((width, i) => ` ${pad(texts[i] ?? '', width)} `).join(bar)}${bar}`
  const [top, ...body] = cells.map((texts) => layers(texts).map(row).join('\n'))
  const sum = totals ? [line('rule'), body.pop()!] : []
  const above = title
    ? [line('top', frame.top[1]), `${bar}${center(title, inner())}${bar}`, line('titled')]
    : [line('top')]
  return [...above, top, line('rule'), ...body, ...sum, line('bottom')].join('\n')
}

/** The lines of a row: more than one where a cell has line breaks. */
function layers(texts: string[]): string[][] {
  if (!texts.some((text) => text.includes('\n'))) return [texts]
  const cells = texts.map((text) => text.split('\n'))
  const height = Math.max(...cells.map(({length}) => length))
  return Array.from({length: height}, (_, i) => cells.map((lines) => lines[i] ?? ''))
}

function painter(scheme: string | undefined): (text: string) => string {
  const color = scheme === undefined || !hasColor(1) ? undefined : COLORS[scheme]
  return color === undefined ? (text) => text : (text) => `\u001b[${color}m${text}\u001b[39m`
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - textWidth(text)))

function center(text: string, width: number): string {
  const spare = width - textWidth(text)
  return ' '.repeat(Math.ceil(spare / 2)) + text + ' '.repeat(Math.floor(spare / 2))
}

function widthsOf(rows: string[][]): number[] {
  const widths = rows[0]!.map(() => 0)
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i]!, textWidth(cell))
  return widths
}

const ASCII = /^[ -~]*$/
/** What takes two columns of a terminal: East Asian wide and full-width characters, and emoji (Unicode TR 11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const NONE = /[\p{M}\u200b-\u200d]/u

/** Columns that a text takes on a terminal. */
function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  if (text.includes('\n')) return Math.max(...text.split('\n').map(textWidth))
  let width = 0
  for (const character of stripVTControlCharacters(text))
    width += WIDE.test(character) ? 2 : NONE.test(character) ? 0 : 1
  return width
}

/** Cuts cells of some columns short, but not their heads, and leaves columns out, for the lines to fit into so many columns of the terminal. */
function fitColumns(rows: string[][], shorten: number[], drop: number[], available: number): string[][] {
  const widths = widthsOf(rows)
  const excess = () => widths.reduce((total, width) => total + (width && width + 3), 1) - available
  for (const column of shorten) {
    const spare = widths[column]! - Math.max(8, rows[0]![column]!.length)
    widths[column]! -= Math.max(0, Math.min(excess(), spare))
  }
  for (const column of drop) if (excess() > 0) widths[column] = 0
  return rows.map((row) => row.map((cell, i) => cut(cell, widths[i]!)).filter((_, i) => widths[i]! > 0))
}

function cut(text: string, width: number): string {
  if (width === 0) return ''
  let short = text
  while (textWidth(short) > width) short = `${[...short].slice(0, -2).join('')}…`
  return short
}
