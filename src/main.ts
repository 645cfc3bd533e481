import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {type Index, interpret} from './lib/argv.ts'
import {describeError, ExitCode} from './lib/errors.ts'
import {flush, OutputClosed, write, writeError} from './lib/output/stdout.ts'

type Command = {execute: (id: string, argv: string[]) => Promise<number>}
type Load = (file: string) => {default: Command}

/**
 * Runs one command line and resolves to its exit code.
 *
 * @param load loads a file of dist/, see src/loader.ts
 */
export async function main(argv: string[], load: Load): Promise<number> {
  try {
    if (argv.length === 1 && argv[0] === '--version') return await showVersion()
    const index = JSON.parse(readFileSync(join(__dirname, 'index.json'), 'utf8')) as Index
    const request = interpret(argv, index)
    switch (request.kind) {
      case 'version':
        return await showVersion()
      case 'run': {
        const {default: command} = load(`commands/${request.id.replaceAll(':', '/')}.cjs`)
        return await command.execute(request.id, request.argv)
      }
      default: {
        const {renderHelp} = await import('./lib/help.ts')
        const text = renderHelp(request.id, index, join(__dirname, 'manifest.json'))
        if (request.kind === 'incomplete') writeError(text)
        else write(text)
        flush()
        return request.kind === 'incomplete' ? ExitCode.Usage : ExitCode.Done
      }
    }
  } catch (error) {
    if (error instanceof OutputClosed) return ExitCode.Done
    const described = describeError(error)
    const {printError} = await import('./lib/output/error.ts')
    printError(described)
    return described.exitCode
  }
}

async function showVersion(): Promise<number> {
  write(`v${VERSION}\n`)
  flush()
  return ExitCode.Done
}
