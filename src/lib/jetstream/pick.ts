import {CliError, ExitCode, NotFoundError, UsageError} from '../errors.ts'
import {isInputTerminal} from '../output/terminal.ts'
import type {JetStreamApi} from './api.ts'
import {isNotFound} from './api-error.ts'
import {checkName, isSystemStream} from './name.ts'

export type PickOptions = {
  /** False: never offer a list, as after --force or --no-select. */
  select?: boolean
  /** Offer the streams of buckets and object stores too. */
  all?: boolean
}

/**
 * The stream that a command is about: the one that was named, or one chosen from a list. The list is offered at a
 * terminal only, also when the named one does not exist.
 *
 * @throws UsageError without a name where nobody can be asked; what the API answers for a name that does not exist
 */
export async function pickStream(api: JetStreamApi, name?: string, options: PickOptions = {}): Promise<string> {
  return pick({
    kind: 'stream',
    name,
    options,
    exists: (given) => api.request(`STREAM.INFO.${given}`),
    list: async () => {
      const {items} = await api.list<string>('STREAM.NAMES', 'streams')
      return options.all ? items : items.filter((item) => !isSystemStream(item))
    },
  })
}

/** Like pickStream, for a consumer of `stream`. */
export async function pickConsumer(
  api: JetStreamApi,
  stream: string,
  name?: string,
  options: PickOptions = {},
): Promise<string> {
  return pick({
    kind: 'consumer',
    name,
    options,
    exists: (given) => api.request(`CONSUMER.INFO.${stream}.${given}`),
    list: async () => (await api.list<string>(`CONSUMER.NAMES.${stream}`, 'consumers')).items,
  })
}

type Choice = {
  kind: 'stream' | 'consumer'
  name?: string
  options: PickOptions
  exists: (name: string) => Promise<unknown>
  list: () => Promise<string[]>
}

async function pick({kind, name, options, exists, list}: Choice): Promise<string> {
  const canAsk = options.select !== false && isInputTerminal()
  if (name) {
    checkName(kind, name)
    if (!canAsk) return name
    const found = await exists(name).then(
      () => true,
      (error) => {
        if (isNotFound(error)) return false
        throw error
      },
    )
    if (found) return name
  }
  if (!canAsk) throw new UsageError(`no ${kind} given`, `name the ${kind}; \`nats ${kind} ls\` lists them`)
  const names = (await list()).sort()
  if (names.length === 0) throw new NotFoundError(name ? `${kind} not found: ${name}` : `there are no ${kind}s`)
  return choose(`Select a ${kind === 'stream' ? 'Stream' : 'Consumer'}`, names)
}

/** Lets the user choose one of `names` at the terminal: arrow keys, or typing a part of it. */
export async function choose(question: string, names: string[]): Promise<string> {
  const {search} = await import('@inquirer/prompts')
  const source = (term = '') => names.filter((name) => name.toLowerCase().includes(term.toLowerCase()))
  const chosen = await search({message: question, source}, {output: process.stderr})
  if (!chosen) throw new CliError('nothing was chosen', {exitCode: ExitCode.Usage})
  return chosen
}
