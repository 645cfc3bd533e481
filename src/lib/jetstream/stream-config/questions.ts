import type {UsageError} from '../../errors.ts'
import {askChoice, askText, askYes, type Check} from '../../output/ask.ts'
import {duration} from '../../output/human.ts'
import {parseBytes, parseCount, parseDuration} from '../../units.ts'
import {checkName} from '../name.ts'
import type {StreamOptions} from './options.ts'
import {askSource} from './source-questions.ts'

type Question = {
  option: keyof StreamOptions
  /** Not asked when this is false: a mirror has no subjects, for instance. */
  when?: (options: StreamOptions) => boolean
  ask: (options: StreamOptions) => Promise<unknown>
}

const choices = (...values: [value: string, name: string][]) => values.map(([value, name]) => ({value, name}))
const capitals = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
const isNoMirror = ({mirror}: StreamOptions) => !mirror

/** A check by a reader of numbers; anything below zero is good: it means no limit. */
const readable =
  (read: (text: string) => number | undefined, wanted: string): Check =>
  (answer) =>
    /^-\d+$/.test(answer) || read(answer) !== undefined ? undefined : `not ${wanted}`
const read = (parse: (text: string) => number | undefined, none: number) => (answer: string) =>
  /^-\d+$/.test(answer) ? none : parse(answer)!

async function askLimit(question: string, flag: string, initial = '-1'): Promise<number> {
  return read(parseCount, -1)(await askText(question, flag, initial, readable(parseCount, 'a whole number')))
}
async function askSize(question: string, flag: string, initial = '-1'): Promise<number> {
  return read(
    parseBytes,
    -1,
  )(await askText(question, flag, initial, readable(parseBytes, 'a size such as 512, 10k or 1GB')))
}
async function askSpan(question: string, flag: string, initial: string): Promise<number> {
  return read(
    parseDuration,
    0,
  )(await askText(question, flag, initial, readable(parseDuration, 'a duration such as 90s, 1h30m or 7d')))
}

/** Every question in the order of the reference client, each about one option. */
const QUESTIONS = (isLimitRequired: () => Promise<boolean>): Question[] => [
  {
    option: 'subjects',
    when: ({mirror, source}) => !mirror && !source,
    ask: async () => [
      await askText('Subjects', '--subjects', '', (answer) => (answer ? undefined : 'a value is needed')),
    ],
  },
  {
    option: 'storage',
    ask: () => askChoice('Storage', '--storage', choices(['file', 'file'], ['memory', 'memory']), 'file'),
  },
  {option: 'replicas', ask: async () => Number(await askText('Replication', '--replicas', '1', oneToFive))},
  {
    option: 'retention',
    ask: () => {
      const values = choices(['limits', 'Limits'], ['interest', 'Interest'], ['work', 'Work Queue'])
      return askChoice('Retention Policy', '--retention', values, 'limits')
    },
  },
  {
    option: 'discard',
    ask: () =>
      askChoice(
        'Discard Policy',
        '--discard',
        ['new', 'old'].map((value) => ({value, name: capitals(value)})),
        'old',
      ),
  },
  {option: 'max-msgs', ask: () => askLimit('Stream Messages Limit', '--max-msgs')},
  {
    option: 'max-msgs-per-subject',
    when: isNoMirror,
    ask: () => askLimit('Per Subject Messages Limit', '--max-msgs-per-subject'),
  },
  {
    option: 'max-bytes',
    ask: async () => askSize('Total Stream Size', '--max-bytes', (await isLimitRequired()) ? '256MB' : '-1'),
  },
  {option: 'max-age', ask: () => askSpan('Message TTL', '--max-age', '-1')},
  {option: 'max-msg-size', ask: () => askSize('Max Message Size', '--max-msg-size')},
  {
    option: 'dupe-window',
    when: isNoMirror,
    ask: ({'max-age': age = 0}) => {
      const window = age > 0 ? Math.min(age, 120_000) : 120_000
      return askSpan('Duplicate tracking time window', '--dupe-window', duration(window))
    },
  },
  {option: 'allow-rollup', ask: () => askYes('Allow message Roll-ups', '--allow-rollup')},
  {option: 'deny-delete', ask: async () => !(await askYes('Allow message deletion', '--no-deny-delete', true))},
  {
    option: 'deny-purge',
    ask: async () => !(await askYes('Allow purging subjects or the entire stream', '--no-deny-purge', true)),
  },
]

const oneToFive: Check = (answer) => (/^[1-5]$/.test(answer) ? undefined : 'a number of servers from 1 to 5')

/** The name of a new stream, asked for at a terminal. @throws UsageError without one */
export function askStreamName(): Promise<string> {
  return askText('Stream Name', 'the argument STREAM', '', (answer) => {
    try {
      checkName('stream', answer)
    } catch (error) {
      return (error as UsageError).hint
    }
  })
}

/**
 * Asks at the terminal for everything that `options` do not say, and gives the options with the answers.
 *
 * @param isLimitRequired tells whether the account wants a limit in bytes: one is proposed then
 * @throws UsageError without a terminal, naming the flag that answers the first question
 */
export async function askStreamOptions(
  options: StreamOptions,
  isLimitRequired: () => Promise<boolean>,
): Promise<StreamOptions> {
  const answered: StreamOptions = {...options}
  for (const {option, when, ask} of QUESTIONS(isLimitRequired)) {
    if (answered[option] !== undefined || when?.(answered) === false) continue
    Object.assign(answered, {[option]: await ask(answered)})
  }
  if (answered.mirror) answered.mirror = await askSource(answered.mirror, 'mirror')
  if (answered.source) {
    const sources: string[] = []
    for (const source of answered.source) sources.push(await askSource(source, 'source'))
    answered.source = sources
  }
  return answered
}
