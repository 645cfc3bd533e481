import {printable} from './sanitize.ts'

/** A label and its value; a list of values stands in lines of its own, undefined is left out. */
export type Row = [label: string, value: string | number | boolean | string[] | undefined]

export type Section = {
  title?: string
  /** Columns that the title stands to the right. */
  indent?: number
  /** `null` is an empty line. */
  rows: (Row | null)[]
}

/**
 * One thing with many properties: a headline, and sections of labels and values. The labels of the whole record end in
 * one column. Sections without rows are left out, unless they have a title only (`rows: []` under it is a headline).
 */
export function renderRecord(headline: string, sections: Section[]): string {
  const kept = sections
    .map((section) => ({...section, rows: section.rows.filter((row) => row === null || row[1] !== undefined)}))
    .filter((section, i) => section.rows.length > 0 || sections[i]!.rows.length === 0)
  const width = Math.max(...kept.flatMap(({rows}) => rows.map((row) => row?.[0].length ?? 0)))
  const lines = [headline]
  for (const {title, indent = 0, rows} of kept) {
    if (title) lines.push('', `${' '.repeat(indent)}${title}:`)
    if (rows.length > 0) lines.push('')
    for (const row of rows) lines.push(...(row ? renderRow(row, indent + 2 + width) : ['']))
  }
  return `${lines.join('\n')}\n`
}

function renderRow([label, value]: Row, column: number): string[] {
  const [first = '', ...more] = [value].flat().flatMap((text) => printable(String(text)).split('\n'))
  return [`${label.padStart(column)}: ${first}`, ...more.map((line) => `${' '.repeat(column + 2)}${line}`)]
}
