import {UsageError} from '../errors.ts'

/** Text in single or double quotes, an escaped character, a template action, space, any other character. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\{\{.*?\}\})|(\s+)|./gsy

/**
 * Splits a command line into its arguments as a shell does: single and double quotes, backslash. Nothing else of a shell
 * happens: no variables, no wildcards, no `;` or `|`. A `{{template action}}` is not taken apart.
 *
 * @throws UsageError for an empty command or a quote that is not closed
 */
export function splitCommand(line: string, flag: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (const [piece, single, double, escaped, action, space] of line.matchAll(PIECE)) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (piece === '"' || piece === "'") {
      throw new UsageError(`${flag}: a quote is not closed in ${JSON.stringify(line)}`)
    } else {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? action ?? piece)
    }
  }
  if (word !== undefined) words.push(word)
  if (words.length === 0 || words[0] === '')
    throw new UsageError(`${flag}: there is no command in ${JSON.stringify(line)}`)
  return words
}

export type ProgramResult = {
  stdout: Buffer
  /** Why it is a failure: `exit status 3`, `killed by SIGTERM`, `no such program`. Absent after exit status 0. */
  failure?: string
}

/**
 * Runs a program without a shell, `input` on its stdin. What it says on stderr goes to ours: it is not data. Never throws.
 */
export async function runProgram(
  [file, ...args]: string[],
  input: Uint8Array,
  options: {env?: Record<string, string>; signal?: AbortSignal} = {},
): Promise<ProgramResult> {
  const {spawn} = await import('node:child_process')
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const end = (failure?: string) => resolve({stdout: Buffer.concat(chunks), failure})
    try {
      const child = spawn(file!, args, {
        env: {...process.env, ...options.env},
        stdio: ['pipe', 'pipe', 'inherit'],
        signal: options.signal,
      })
      child.stdout.on('data', (chunk) => chunks.push(chunk))
      child.on('error', (error: NodeJS.ErrnoException) =>
        end(error.code === 'ENOENT' ? 'no such program' : error.message),
      )
      child.on('close', (code, signal) =>
        end(code === 0 ? undefined : signal ? `killed by ${signal}` : `exit status ${code}`),
      )
      // A program need not read what it is given.
      child.stdin.on('error', () => {})
      child.stdin.end(input)
    } catch (error) {
      end((error as Error).message)
    }
  })
}
