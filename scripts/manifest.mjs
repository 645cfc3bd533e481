/**
 * What the bundled command classes declare, as oclif.manifest.json (all of it, for help and for tools) and as a small
 * index (names, aliases and summaries, which is all that a command line needs to find its command). The connection
 * flags that every command has are kept once, under `globalFlags`, not once for each command.
 */
export async function describeCommands(files, load, version) {
  const commands = {}
  let globals = {}
  for (const file of files.sort()) {
    const command = load(file)
    const id = file
      .replace(/^commands\//, '')
      .replace(/\.cjs$/, '')
      .replaceAll('/', ':')
    const {json, ...connection} = command.baseFlags
    globals = connection
    commands[id] = {
      id,
      aliases: command.aliases ?? [],
      hidden: command.hidden,
      strict: command.strict,
      summary: command.summary,
      description: command.description,
      examples: command.examples ?? [],
      args: pick(command.args, describeArg),
      flags: pick({...command.flags, json}, describeFlag),
    }
  }
  const globalFlags = pick(globals, describeFlag)
  return {
    manifest: {version, globalFlags, commands},
    index: {
      globalFlags: pick(globals, ({type, char, allowNo, aliases}) => ({type, char, allowNo, aliases})),
      commands: Object.values(commands).map(({id, aliases, summary, hidden}) => ({id, aliases, summary, hidden})),
    },
  }
}

const pick = (entries, describe) =>
  Object.fromEntries(Object.entries(entries ?? {}).map(([name, value]) => [name, describe(value, name)]))

const describeArg = ({description, required, multiple, options, hidden, ...arg}, name) => ({
  name,
  description,
  required,
  multiple,
  options,
  hidden,
  default: plain(arg.default),
})

const describeFlag = (flag, name) => ({
  name,
  type: flag.type,
  char: flag.char,
  aliases: flag.aliases,
  allowNo: flag.allowNo,
  multiple: flag.multiple,
  options: flag.options,
  exclusive: flag.exclusive,
  dependsOn: flag.dependsOn,
  helpValue: flag.helpValue,
  summary: flag.summary,
  hidden: flag.hidden,
  default: plain(flag.default),
})

const plain = (value) => (typeof value === 'function' ? undefined : value)
