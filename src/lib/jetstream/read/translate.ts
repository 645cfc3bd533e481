import {CliError, ExitCode} from '../../errors.ts'
import type {Message} from '../../message/message.ts'
import {runProgram, splitCommand} from '../../message/program.ts'

/**
 * Puts the body of a message through a program; `{{Subject}}` in its arguments is the subject. The arguments are split before
 * that is put in, so that a subject cannot add one.
 *
 * @throws UsageError for a command that cannot be split into words; CliError when the program fails
 */
export async function translate(command: string, {subject, data}: Message): Promise<Uint8Array> {
  const words = splitCommand(command, '--translate').map((word, i) =>
    i === 0 ? word : word.replace(/\{\{\s*Subject\s*\}\}/g, () => subject),
  )
  const {stdout, failure} = await runProgram(words, data)
  if (failure) throw new CliError(`--translate: ${words[0]}: ${failure}`, {exitCode: ExitCode.Failed})
  return stdout
}
