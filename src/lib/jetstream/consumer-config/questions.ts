import type {UsageError} from '../../errors.ts'
import {askChoice, askText, askYes, type Check} from '../../output/ask.ts'
import {parseCount, parseDuration} from '../../units.ts'
import {checkName} from '../name.ts'
import type {ConsumerOptions} from './config.ts'
import {splitList} from './lists.ts'
import {startPolicy} from './time.ts'

/** The message of the error that `read` throws. */
const faultOf =
  (read: (answer: string) => unknown): Check =>
  (answer) => {
    try {
      read(answer)
      return undefined
    } catch (error) {
      return (error as UsageError).detail
    }
  }
const isCount: Check = (answer) =>
  /^-1$/.test(answer) || parseCount(answer) !== undefined ? undefined : 'give a whole number, or -1'
const isDuration: Check = (answer) =>
  (parseDuration(answer) ?? -1) >= 0 ? undefined : 'give a duration, for example 30s or 1h'

/** The name of a new consumer, where none was given. */
export const askName = (): Promise<string> =>
  askText(
    'Consumer name',
    'the argument CONSUMER',
    '',
    faultOf((name) => checkName('consumer', name)),
  )

/** Whether it pushes, and where to: the one thing that has no default. */
export async function askMode(given: ConsumerOptions): Promise<ConsumerOptions> {
  if (given.pull || given.target) return given
  const target = await askText('Delivery target (empty for Pull Consumers)', '--pull, or --target SUBJECT,')
  return target ? {...given, target} : {...given, pull: true}
}

/**
 * Asks for what the flags left open, in the reference's order and with its defaults.
 *
 * @returns the options with the answers in them
 * @throws UsageError where nobody can be asked, naming the flag that would answer
 */
export async function askConsumer(given: ConsumerOptions): Promise<ConsumerOptions> {
  const options = {...given}
  const push = Boolean(options.target)
  const ask = async <K extends keyof ConsumerOptions>(option: K, answer: () => Promise<ConsumerOptions[K]>) => {
    if (options[option] === undefined) options[option] = await answer()
  }
  const flag = (name: string) => `${name} (or --defaults for all of them)`
  const count = (question: string, name: string, initial: string) => async () => {
    const answer = await askText(question, flag(name), initial, isCount)
    return answer === '-1' ? -1 : parseCount(answer)
  }

  if (push)
    await ask(
      'deliver-group',
      async () => (await askText('Delivery Queue Group', flag('--deliver-group'))) || undefined,
    )
  await ask('deliver', () =>
    askText(
      'Start policy (all, new, last, subject, 1h, msg sequence)',
      flag('--deliver'),
      'all',
      faultOf((answer) => startPolicy(answer, new Date())),
    ),
  )
  await ask('ack', () =>
    askChoice('Acknowledgment policy', flag('--ack'), choices('explicit', 'all', 'none'), push ? 'none' : 'explicit'),
  )
  await ask('replay', () => askChoice('Replay policy', flag('--replay'), choices('instant', 'original'), 'instant'))
  await ask('filter', async () =>
    splitList([await askText('Filter Stream by subjects (blank for all)', flag('--filter'))]),
  )
  if (options.ack !== 'none') {
    await ask('max-deliver', count('Maximum Allowed Deliveries', '--max-deliver', '-1'))
    await ask('max-pending', count('Maximum Acknowledgments Pending', '--max-pending', '0'))
  }
  if (push) {
    await ask('heartbeat', async () =>
      parseDuration(await askText('Idle Heartbeat', flag('--heartbeat'), '0s', isDuration)),
    )
    await ask('flow-control', () => askYes('Enable Flow Control, ie --flow-control', flag('--flow-control')))
  }
  await ask('headers-only', () => askYes('Deliver headers only without bodies', flag('--no-headers-only')))
  if (options.ack !== 'none' && options.backoff === undefined)
    Object.assign(options, await askBackoff(options, flag('--backoff')))
  return options
}

async function askBackoff(given: ConsumerOptions, flag: string): Promise<ConsumerOptions> {
  if (!(await askYes('Add a Retry Backoff Policy', flag))) return {}
  if ((await askChoice('Backoff policy', flag, choices('linear', 'none'), 'none')) === 'none') return {}
  const wait = async (question: string, initial: string) =>
    parseDuration(await askText(question, flag, initial, isDuration))
  const min = await wait('Minimum retry time', '1m')
  const max = await wait('Maximum retry time', '10m')
  const atLeastOne: Check = (answer) => ((parseCount(answer) ?? 0) > 0 ? undefined : 'give a whole number from 1 up')
  const steps = parseCount(await askText('Number of steps to generate in the policy', flag, '20', atLeastOne))!
  const deliveries = given['max-deliver'] === -1 && !given.target ? {'max-deliver': steps + 1} : {}
  return {backoff: 'linear', 'backoff-min': min, 'backoff-max': max, 'backoff-steps': steps, ...deliveries}
}

const choices = <T extends string>(...values: T[]) => values.map((value) => ({name: value, value}))
