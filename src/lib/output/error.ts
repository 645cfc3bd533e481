import type {Described} from '../errors.ts'
import {writeError} from './stdout.ts'
import {hasColor} from './terminal.ts'

/**
 * Tells of a failure on stderr: `nats: error: …`, and what to do about it as `nats: hint: …`.
 *
 * @param trace whether to show the stack of a fault of this program
 */
export function printError({message, hint, stack}: Described, trace = false): void {
  const [red, cyan, plain] = hasColor(2) ? ['\u001b[31m', '\u001b[36m', '\u001b[0m'] : ['', '', '']
  const hints = [hint, stack && !trace && 'this is a fault of nats; --trace shows where'].filter(Boolean)
  writeError(`nats: ${red}error:${plain} ${message}\n`)
  for (const text of hints) writeError(`nats: ${cyan}hint:${plain} ${text}\n`)
  if (stack && trace) writeError(`${stack}\n`)
}
