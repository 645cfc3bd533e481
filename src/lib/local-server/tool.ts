import {spawn} from 'node:child_process'
import {CliError} from '../errors.ts'
import {guard} from './guard.ts'

/**
 * Runs a program of the system to its end, and not beyond ours.
 *
 * @param cwd the folder to run it in
 * @returns what it wrote to stdout
 * @throws CliError with what it wrote to stderr
 */
export async function runTool(command: string, args: string[], cwd?: string): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    cwd,
    env: {...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive'},
  })
  const watch = guard({child})
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'ENOENT' ? 'not on this machine' : cause.message
        reject(new CliError(`${command}: ${why}`, {cause}))
      })
      child.once('close', (code, signal) => {
        if (code === 0) resolve(stdout)
        else
          reject(new CliError(`${command} ${code === null ? `was killed by ${signal}` : `failed: ${reason(stderr)}`}`))
      })
    })
  } finally {
    watch.release()
  }
}

/** The errors among the warnings; all of it for a program that does not mark them. */
function reason(stderr: string): string {
  const lines = stderr.trim().split('\n')
  const errors = lines.filter((line) => line.startsWith('E: ')).map((line) => line.slice(3))
  return (errors.length ? errors : lines).join('; ')
}
