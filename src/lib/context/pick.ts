import {NotFoundError, UsageError} from '../errors.ts'
import {isErrorTerminal, isInputTerminal} from '../output/terminal.ts'
import {contextNames, selectedContext} from './store.ts'

/**
 * Lets a person choose one of the contexts from a list on stderr. Throws UsageError where nobody can be asked, which names
 * the argument that is missing, and NotFoundError when there is no context.
 */
export async function pickContext(question: string): Promise<string> {
  const names = contextNames()
  if (names.length === 0) throw new NotFoundError('no context is saved', 'save one: nats context add NAME --server URL')
  if (!isInputTerminal() || !isErrorTerminal()) {
    throw new UsageError(`required argument 'name' not provided`, 'see: nats context ls --names')
  }
  const {search} = await import('@inquirer/prompts')
  const selected = selectedContext()
  const choice = (name: string) => ({value: name, name: name === selected ? `${name} (selected)` : name, short: name})
  return search(
    {message: question, source: (typed = '') => names.filter((name) => name.includes(typed.trim())).map(choice)},
    {output: process.stderr},
  )
}
