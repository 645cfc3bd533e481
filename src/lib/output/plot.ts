export type PlotSize = {
  /** Columns of the whole, labels included. */
  width: number
  /** Lines of the whole, caption included. */
  height: number
}

/** Columns that the labels of the axis take: a number, a space and the axis itself. */
const LABEL = 9

/** How many values a plot of this width shows. */
export const plotCapacity = (width: number) => Math.max(10, width - LABEL - 4)

/**
 * Draws the latest values as a line over an axis that begins at 0, with a caption below. Missing values, to the left, are 0.
 */
export function plot(values: number[], caption: string, {width, height}: PlotSize): string {
  const points = plotCapacity(width)
  const series = [...Array(Math.max(0, points - values.length)).fill(0), ...values.slice(-points)] as number[]
  const top = niceTop(Math.max(...series))
  const rows = Math.max(3, height - 2)
  const level = series.map((value) => Math.round((value / top) * rows))

  const grid = Array.from({length: rows + 1}, () => Array<string>(points).fill(' '))
  const put = (row: number, column: number, character: string) => {
    grid[rows - row]![column] = character
  }
  for (let column = 0; column < points; column++) {
    const from = level[Math.max(0, column - 1)]!
    const to = level[column]!
    if (from === to) put(to, column, '─')
    else {
      put(from, column, from < to ? '╯' : '╮')
      put(to, column, from < to ? '╭' : '╰')
      for (let row = Math.min(from, to) + 1; row < Math.max(from, to); row++) put(row, column, '│')
    }
  }

  const lines = grid.map((cells, i) => {
    const row = rows - i
    return `${label((top * row) / rows)} ${row === level[0] ? '┼' : '┤'}${cells.join('')}`.trimEnd()
  })
  const indent = LABEL + Math.max(0, Math.floor((points - caption.length) / 2))
  return [...lines, ' '.repeat(indent) + caption].join('\n')
}

/** The smallest of 2, 4, 5, 10, 20, 40, … that holds the value, so that the axis does not change with every value. */
function niceTop(value: number): number {
  if (value <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 5, 10].map((step) => step * power).find((step) => step >= value)!
}

/** At most 7 characters wide. */
function label(value: number): string {
  const [divisor, unit] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e5 ? [1e3, 'K'] : [1, '']
  const digits = unit === '' && value >= 1000 ? 0 : 2
  return `${(value / divisor).toFixed(digits)}${unit}`.padStart(LABEL - 2)
}
