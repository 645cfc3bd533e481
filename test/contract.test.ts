import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {type Index, interpret} from '../src/lib/argv.ts'
import {run} from './support/cli.ts'
import {splitWords} from './support/shell-words.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const index = JSON.parse(read('dist/index.json')) as Index

type Flag = {name: string; type: string; char?: string; aliases?: string[]; summary?: string; allowNo?: boolean}
type Command = {
  id: string
  aliases: string[]
  summary: string
  examples: string[]
  args: Record<string, {required?: boolean; multiple?: boolean; description?: string}>
  flags: Record<string, Flag>
}
const manifest = JSON.parse(read('dist/manifest.json')) as {
  globalFlags: Record<string, Flag>
  commands: Record<string, Command>
}
const commands = Object.values(manifest.commands)
const typed = (id: string) => id.replaceAll(':', ' ')
const exampleText = (example: string, id: string) =>
  example.replaceAll('<%= config.bin %>', 'nats').replaceAll('<%= command.id %>', typed(id))

test('oclif.manifest.json is what the commands declare (npm run manifest)', () => {
  expect(read('oclif.manifest.json')).toBe(read('dist/manifest.json'))
})

describe.each(commands.map((command) => [typed(command.id), command] as const))('%s', (name, command) => {
  const source = read(`src/commands/${command.id.replaceAll(':', '/')}.ts`)

  test('says in one line what it does', () => {
    expect(command.summary).toMatch(/^[A-Z].{9,79}[^.]$/)
  })

  test('describes every argument and flag', () => {
    for (const [arg, {description}] of Object.entries(command.args)) expect(description, arg).toMatch(/^[A-Z]/)
    for (const {name: flag, summary} of Object.values(command.flags)) expect(summary, `--${flag}`).toMatch(/^[A-Z]/)
  })

  test('has examples that are command lines of its own', () => {
    expect(command.examples.length).toBeGreaterThan(0)
    const own = command.examples.flatMap((example) =>
      exampleText(example, command.id)
        .split('\n')
        .flatMap((line) => line.split(/\s(?:\||&&|;|\|\|)\s/))
        .map((part) => splitWords(part))
        .filter((words) => words[0] === 'nats')
        .map((words) => interpret(words.slice(1), index)),
    )
    expect(own.some((request) => request.kind === 'run' && request.id === command.id)).toBe(true)
  })

  test('reads every flag that it declares', () => {
    const run = source.slice(source.search(/\basync \*?run\(/))
    const handsOn = /\bflags\b(?!\.|\[)/.test(run.replace(/(const|let) \{[^}]*\bflags\b[^}]*\} =/, ''))
    const code = handsOn ? `${run}\n${sourcesBelow('src/lib')}` : run
    for (const flag of Object.keys(command.flags).filter((flag) => flag !== 'json')) {
      expect(code, `--${flag}`).toMatch(new RegExp(`(\\.|\\['|[{,]\\s*'?)${flag}\\b`))
    }
  })

  test('no two flags share a name or a letter, and none hides a connection flag', () => {
    const all = [...Object.values(manifest.globalFlags), ...Object.values(command.flags)]
    const names = all.flatMap(({name: flag, char, aliases}) => [
      `--${flag}`,
      ...(char ? [`-${char}`] : []),
      ...(aliases ?? []).map((a) => `--${a}`),
    ])
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
  })

  test('shows its help without a network', async () => {
    const {stdout, stderr, code} = await run([...name.split(' '), '--help'], {env: {NATS_URL: 'nats://127.0.0.1:1'}})
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect(stdout.startsWith(`${command.summary}.\n\nUsage\n  nats ${name}`)).toBe(true)
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  test('refuses an unknown flag with exit code 2 and an empty stdout', async () => {
    const {stdout, stderr, code} = await run([...name.split(' '), '--no-such-flag'])
    expect({stdout, code}).toEqual({stdout: '', code: 2})
    expect(stderr).toContain("nats: error: unknown flag '--no-such-flag'")
  })
})

function sourcesBelow(folder: string): string {
  return readdirSync(join(root, folder), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}
