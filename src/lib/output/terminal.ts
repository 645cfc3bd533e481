import {isatty} from 'node:tty'

export const isInputTerminal = () => isatty(0)
export const isOutputTerminal = () => isatty(1)
export const isErrorTerminal = () => isatty(2)

/** Whether to colour what goes to file descriptor `fd`: on a terminal only, and never against NO_COLOR (no-color.org). */
export function hasColor(fd: 1 | 2): boolean {
  if (process.env.NO_COLOR) return false
  return process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : isatty(fd) && process.env.TERM !== 'dumb'
}

/** Width of the terminal in columns; 80 where there is none. */
export function columns(): number {
  const size = isOutputTerminal() ? process.stdout.columns : isErrorTerminal() ? process.stderr.columns : undefined
  return size || 80
}

/** Height of the terminal in lines; 24 where there is none. */
export function rows(): number {
  return (isOutputTerminal() && process.stdout.rows) || 24
}
