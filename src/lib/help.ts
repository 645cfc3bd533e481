import {readFileSync} from 'node:fs'
import {type Index, topics} from './argv.ts'
import {columns, hasColor} from './output/terminal.ts'

type Flag = {
  name: string
  type: 'boolean' | 'option'
  char?: string
  aliases?: string[]
  allowNo?: boolean
  helpValue?: string
  options?: string[]
  summary?: string
  hidden?: boolean
  default?: unknown
}
type Arg = {name: string; description?: string; required?: boolean; multiple?: boolean; hidden?: boolean}
type Command = {
  id: string
  aliases: string[]
  summary: string
  description?: string
  examples: string[]
  args: Record<string, Arg>
  flags: Record<string, Flag>
}
type Manifest = {globalFlags: Record<string, Flag>; commands: Record<string, Command>}
type Row = [string, string]

/**
 * The help of a command, of a topic, or (for an empty id) of the program. It is drawn from the manifest and the index
 * that the build wrote, so that no command is loaded for it.
 */
export function renderHelp(id: string, index: Index, manifestFile: string): string {
  const isCommand = index.commands.some((command) => command.id === id)
  if (id && !isCommand) return topicHelp(id, index)
  const {commands, globalFlags} = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest
  return isCommand ? commandHelp(commands[id]!) : rootHelp(index, globalFlags)
}

const words = (id: string) => id.replaceAll(':', ' ')
const heading = (text: string) => (hasColor(1) ? `\u001b[1m${text}\u001b[0m` : text)

function rootHelp(index: Index, globalFlags: Record<string, Flag>): string {
  return page(
    'The NATS command line.',
    section('Usage', ['nats [flags] COMMAND …']),
    listing('Commands', level('', index)),
    listing('Topics', topicRows('', index)),
    listing('Flags of every command', flagRows(globalFlags)),
    'nats COMMAND --help tells more of a command.',
  )
}

function topicHelp(id: string, index: Index): string {
  return page(
    `${topics[id]?.summary ?? words(id)}.`,
    section('Usage', [`nats ${words(id)} COMMAND …`]),
    listing('Commands', level(`${id}:`, index)),
    listing('Topics', topicRows(`${id}:`, index)),
    aliasLine(topics[id]?.aliases ?? []),
  )
}

function commandHelp(command: Command): string {
  const args = Object.values(command.args).filter(({hidden}) => !hidden)
  const usage = ['nats', words(command.id), ...args.map(argUsage), '[flags]'].join(' ')
  return page(
    `${command.summary}.`,
    section('Usage', [usage]),
    command.description && wrap(command.description, columns()),
    listing(
      'Arguments',
      args.map(({name, description}): Row => [name.toUpperCase(), description ?? '']),
    ),
    listing('Flags', flagRows(command.flags)),
    section(
      'Examples',
      command.examples.map((example) =>
        example.replaceAll('<%= config.bin %>', 'nats').replaceAll('<%= command.id %>', words(command.id)),
      ),
    ),
    aliasLine(command.aliases.map((alias) => alias.split(':').at(-1)!)),
    'The flags to connect with (--server, --context, --creds, …) are shown by nats --help.',
  )
}

const page = (...parts: (string | undefined | false)[]) => `${parts.filter(Boolean).join('\n\n')}\n`
const section = (title: string, lines: string[]) =>
  lines.length > 0 && `${heading(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`
const aliasLine = (aliases: string[]) => aliases.length > 0 && `Also known as: ${aliases.join(', ')}`

function argUsage({name, required, multiple}: Arg): string {
  const text = `${name.toUpperCase()}${multiple ? '…' : ''}`
  return required ? text : `[${text}]`
}

function level(prefix: string, {commands}: Index): Row[] {
  return commands
    .filter(({id, hidden}) => !hidden && id.startsWith(prefix) && !id.slice(prefix.length).includes(':'))
    .map(({id, summary}) => [id.slice(prefix.length), summary])
}

function topicRows(prefix: string, {commands}: Index): Row[] {
  const names = new Set<string>()
  for (const {id, hidden} of commands) {
    const rest = id.slice(prefix.length)
    if (!hidden && id.startsWith(prefix) && rest.includes(':')) names.add(rest.split(':', 1)[0]!)
  }
  return [...names].map((name) => [name, topics[prefix + name]?.summary ?? ''])
}

function flagRows(flags: Record<string, Flag>): Row[] {
  const shown = Object.values(flags).filter(({hidden}) => !hidden)
  return shown.map((flag) => {
    const long = `--${flag.allowNo ? '[no-]' : ''}${flag.name}`
    const value = flag.type === 'option' ? ` ${flag.options?.join('|') ?? flag.helpValue ?? 'VALUE'}` : ''
    const fallback = flag.type === 'option' && flag.default !== undefined ? ` (default ${flag.default})` : ''
    return [`${flag.char ? `-${flag.char}, ` : '    '}${long}${value}`, `${flag.summary ?? ''}${fallback}`]
  })
}

/** Two columns; the left one is at most 34 wide, a longer name has its text on the next line. */
function listing(title: string, rows: Row[]): string | false {
  const left = Math.min(34, Math.max(...rows.map(([name]) => name.length))) + 2
  const width = Math.min(columns(), 120) - left - 2
  const lines = rows.flatMap(([name, text]) => {
    const [first = '', ...more] = wrap(text, width).split('\n')
    const indented = more.map((line) => ' '.repeat(left) + line)
    return name.length > left - 2
      ? [name, ' '.repeat(left) + first, ...indented]
      : [name.padEnd(left) + first, ...indented]
  })
  return section(
    title,
    lines.map((line) => line.trimEnd()),
  )
}

function wrap(text: string, width: number): string {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line && line.length + word.length + 1 > width) {
        lines.push(line)
        line = ''
      }
      line += line ? ` ${word}` : word
    }
    lines.push(line)
  }
  return lines.join('\n')
}
