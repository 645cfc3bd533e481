import {UsageError} from './errors.ts'
import {nearest} from './usage.ts'

type GlobalFlag = {type: 'boolean' | 'option'; char?: string; allowNo?: boolean; aliases?: string[]}

/** What scripts/manifest.mjs writes to dist/index.json. */
export type Index = {
  globalFlags: Record<string, GlobalFlag>
  commands: {id: string; aliases: string[]; summary: string; hidden?: boolean}[]
}

/** What a command line asks for. `id` is oclif's: `context:add`. */
export type Request =
  | {kind: 'version'}
  | {kind: 'help'; id: string}
  | {kind: 'run'; id: string; argv: string[]}
  | {kind: 'incomplete'; id: string}

/** Topics, their other names, and what they are about. */
export const topics: Record<string, {aliases: string[]; summary: string}> = {
  account: {aliases: ['a'], summary: 'The account: its limits, its connections, backups of all it stores'},
  consumer: {aliases: ['con', 'obs', 'c'], summary: 'Consumers: what reads a stream, and how far it has come'},
  'consumer:cluster': {aliases: ['c'], summary: 'Leaders of consumers in a cluster'},
  context: {aliases: ['ctx'], summary: 'Saved connections: servers, credentials and settings under a name'},
  server: {aliases: ['srv', 'sys', 'system'], summary: 'Run and install NATS servers of your own'},
  stream: {aliases: ['str', 'st', 'ms', 's'], summary: 'Streams: messages that JetStream keeps'},
  'stream:cluster': {aliases: ['c'], summary: 'Leaders and replicas of streams in a cluster'},
}

type Node = {id?: string; children: Map<string, Node>; path: string}

/**
 * Reads a command line as the reference does: global flags may stand before, between and after the words of a command,
 * every alias of a command and of a topic works, `help` and `--help` mean the same.
 *
 * @throws UsageError for an unknown command (naming the nearest one), or a flag of no command before the command
 */
export function interpret(argv: string[], index: Index): Request {
  const globals = globalFlagTable(index.globalFlags)
  const leading: string[] = []
  let node = commandTree(index.commands)
  let position = 0
  let help = false

  for (; position < argv.length; position++) {
    const word = argv[position]!
    if (word === '--help' || word === '-h') {
      help = true
    } else if (word === '--version' && node.path === '') {
      return {kind: 'version'}
    } else if (word.startsWith('-') && word !== '-') {
      const attached = /^-[^-]./.test(word) && word[2] !== '='
      const flag = globals.get(attached ? word.slice(0, 2) : word.split('=', 1)[0]!)
      if (!flag) {
        if (node.id) break
        throw unknownLeadingFlag(word, node, globals)
      }
      leading.push(word)
      if (flag.type === 'option' && !attached && !word.includes('=') && position + 1 < argv.length)
        leading.push(argv[++position]!)
    } else if (word === 'help' && node.path === '') {
      help = true
    } else {
      const next = node.children.get(word)
      if (!next) {
        if (node.id) break
        throw unknownCommand(word, node)
      }
      node = next
    }
  }

  const rest = argv.slice(position)
  const ownFlags = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (help || ownFlags.includes('--help')) return {kind: 'help', id: node.path}
  if (node.id) return {kind: 'run', id: node.id, argv: [...leading, ...rest]}
  return argv.length === leading.length && node.path === ''
    ? {kind: 'help', id: ''}
    : {kind: 'incomplete', id: node.path}
}

function globalFlagTable(flags: Index['globalFlags']): Map<string, GlobalFlag> {
  const table = new Map<string, GlobalFlag>()
  for (const [name, flag] of Object.entries(flags)) {
    for (const long of [name, ...(flag.aliases ?? [])]) {
      table.set(`--${long}`, flag)
      if (flag.allowNo) table.set(`--no-${long}`, flag)
    }
    if (flag.char) table.set(`-${flag.char}`, flag)
  }
  return table
}

function commandTree(commands: Index['commands']): Node {
  const root: Node = {children: new Map(), path: ''}
  for (const {id, aliases} of commands) {
    const words = id.split(':')
    let node = root
    for (const [depth, word] of words.entries()) {
      const path = words.slice(0, depth + 1).join(':')
      let child = node.children.get(word)
      if (!child) {
        child = {children: new Map(), path}
        for (const name of [word, ...(topics[path]?.aliases ?? [])]) node.children.set(name, child)
      }
      if (depth === words.length - 1) {
        child.id = id
        for (const alias of aliases) node.children.set(alias.split(':').at(-1)!, child)
      }
      node = child
    }
  }
  return root
}

function unknownCommand(word: string, {children, path}: Node): UsageError {
  const prefix = path ? `${path.replaceAll(':', ' ')} ` : ''
  const near = nearest(word, [...children.keys()])
  const hint = near ? `did you mean: nats ${prefix}${near}?` : `see: nats ${prefix}--help`
  return new UsageError(`unknown command "${prefix}${word}"`, hint)
}

function unknownLeadingFlag(word: string, {path}: Node, globals: Map<string, GlobalFlag>): UsageError {
  const flag = word.split('=', 1)[0]!
  const near = nearest(
    flag.replace(/^-+/, ''),
    [...globals.keys()].map((name) => name.replace(/^-+/, '')),
  )
  const hint = near ? `did you mean --${near}?` : 'flags of a command stand after its name'
  return new UsageError(`unknown flag '${flag}'${path ? ` before a command of ${path}` : ''}`, hint)
}
