import {UsageError} from '../errors.ts'
import {isInputTerminal} from './terminal.ts'

/** Questions are no result: they go to stderr. */
const context = {output: process.stderr}

/** A function that checks an answer: nothing when it is good, else what is wrong with it. */
export type Check = (answer: string) => string | undefined

function needTerminal(question: string, flag: string): void {
  if (isInputTerminal()) return
  throw new UsageError(`${question}? Nobody is there to ask`, `${flag} answers that`)
}

/**
 * Asks for a text at the terminal, again until `check` finds nothing wrong. ENTER alone takes the default.
 *
 * @param flag what answers the question where nobody can be asked: `--subjects`
 * @throws UsageError without a terminal, naming that flag
 */
export async function askText(question: string, flag: string, initial = '', check?: Check): Promise<string> {
  needTerminal(question, flag)
  const {input} = await import('@inquirer/prompts')
  const validate = (answer: string) => check?.(answer.trim()) ?? true
  const answer = await input({message: question, default: initial || undefined, validate}, context)
  return answer.trim()
}

/** Asks to choose one at the terminal; as askText without one. */
export async function askChoice<T extends string>(
  question: string,
  flag: string,
  choices: {name: string; value: T}[],
  initial: T,
): Promise<T> {
  needTerminal(question, flag)
  const {select} = await import('@inquirer/prompts')
  return select<T>({message: question, choices, default: initial}, context)
}

/** Asks for yes or no at the terminal; as askText without one. */
export async function askYes(question: string, flag: string, initial = false): Promise<boolean> {
  needTerminal(question, flag)
  const {confirm} = await import('@inquirer/prompts')
  return confirm({message: question, default: initial}, context)
}
