import {parseServers} from '../connection/servers.ts'
import {CliError, describeError} from '../errors.ts'
import {writeError} from '../output/stdout.ts'
import {isErrorTerminal, isInputTerminal} from '../output/terminal.ts'
import {type Context, contextKeys} from './context.ts'
import {EditedText} from './editor.ts'
import {readContext, updateContext} from './store.ts'

/**
 * Lets a person edit a context. Only the settings that the person changed are written, so that what another process
 * changed meanwhile stays. A text that can not be read is edited again, when the person at the terminal wants to; when it
 * is given up, it is kept, and the error names its file. `warn` is told of lines that were left out.
 */
export async function editContext(
  name: string,
  warn: (text: string) => void,
): Promise<{context: Context; changed: boolean}> {
  const shown = readContext(name)
  const {contextFromYaml, contextToYaml} = await import('./yaml.ts')
  const edited = new EditedText(`${name}.yaml`, contextToYaml(name, shown))
  for (;;) {
    try {
      await edited.edit()
      const {context, leftOut} = contextFromYaml(edited.read())
      const changes = changedSettings(shown, context)
      const result = changes ? await updateContext(name, (saved) => ({...(saved ?? shown), ...changes})) : undefined
      for (const text of leftOut) warn(text)
      edited.discard()
      return result ?? {context: shown, changed: false}
    } catch (error) {
      const {message, exitCode} = describeError(error)
      if (edited.isUntouched()) {
        edited.discard()
        throw error
      }
      if (await wantsAnotherTry(message)) continue
      throw new CliError(`context "${name}" was not changed: ${message}`, {
        exitCode,
        cause: error,
        hint: `the edited text is kept in ${edited.path}`,
      })
    }
  }
}

function changedSettings(before: Context, after: Context): Partial<Context> | undefined {
  const isSame = (key: keyof Context) => JSON.stringify(before[key]) === JSON.stringify(after[key])
  const changed = contextKeys.filter((key) => !isSame(key))
  if (changed.includes('url')) parseServers(after.url, 'url')
  return changed.length > 0 ? Object.fromEntries(changed.map((key) => [key, after[key]])) : undefined
}

async function wantsAnotherTry(fault: string): Promise<boolean> {
  if (!isInputTerminal() || !isErrorTerminal()) return false
  writeError(`${fault}\n`)
  const {confirm} = await import('@inquirer/prompts')
  return confirm({message: 'Edit again?', default: true}, {output: process.stderr})
}
