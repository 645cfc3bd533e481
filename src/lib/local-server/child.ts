import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {isatty} from 'node:tty'
import {CliError} from '../errors.ts'

/** Exit codes of a shell for a command that it cannot run, or does not find. */
const CANNOT_RUN = 126
const NOT_FOUND = 127

/**
 * Runs a command that has our terminal, input and output, to its end.
 *
 * @param onSignals is given what is to be done with each signal that we get: pass it on
 * @returns its exit code, as a shell gives it: 128 and the signal's number for one that a signal ended
 * @throws CliError with the exit code 127 or 126 when it cannot be run
 */
export async function runCommand(
  argv: string[],
  env: Record<string, string | undefined>,
  onSignals: (pass: (signal: NodeJS.Signals) => void) => void,
): Promise<number> {
  const [command = '', ...args] = argv
  const child = spawn(command, args, {stdio: 'inherit', env})
  // A terminal gives ^C to the command as well as to us, and a second one often means "at once".
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd))
  onSignals((signal) => {
    if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
  })
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'ENOENT'
      const why = absent ? 'no such command' : error.code === 'EACCES' ? 'not permitted to run it' : error.message
      reject(new CliError(`${command}: ${why}`, {exitCode: absent ? NOT_FOUND : CANNOT_RUN}))
    })
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]))
  })
}
