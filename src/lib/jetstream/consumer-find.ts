import {UsageError} from '../errors.ts'
import {compileFilter} from '../expression/evaluate.ts'
import {count, duration, Flags} from '../flags.ts'
import {peersOf} from './cluster-info.ts'
import {isPush} from './consumer-config/config.ts'
import type {ConsumerInfo} from './consumer-info.ts'

/** The flags that choose consumers, of `consumer find` and `consumer cluster balance`. */
export const findFlags = {
  pull: Flags.boolean({summary: 'Those that are pulled from'}),
  push: Flags.boolean({summary: 'Those that push'}),
  bound: Flags.boolean({summary: 'Those with a client: a subscription, or a waiting pull'}),
  waiting: count({summary: 'Those with waiting pulls, but fewer than this'}),
  'ack-pending': count({summary: 'Those with outstanding acknowledgements, but fewer than this'}),
  pending: count({summary: 'Those with fewer unprocessed messages than this'}),
  idle: duration({summary: 'Those that delivered nothing for so long'}),
  created: duration({summary: 'Those created so long ago, or longer'}),
  replicas: count({summary: 'Those with so many replicas, or more'}),
  leader: Flags.string({helpValue: 'SERVER', summary: 'Those that this server leads'}),
  pinned: Flags.boolean({summary: 'Those with a pinned client'}),
  invert: Flags.boolean({allowNo: true, summary: 'Take those that each of the other flags would leave out'}),
  expression: Flags.string({summary: 'Those for which this is true, of config, state and info'}),
}

export type FindOptions = {
  pull?: boolean
  push?: boolean
  bound?: boolean
  waiting?: number
  'ack-pending'?: number
  pending?: number
  /** Milliseconds, like `created`. */
  idle?: number
  created?: number
  replicas?: number
  leader?: string
  pinned?: boolean
  invert?: boolean
  expression?: string
  'api-level'?: number
}

type Test = (info: ConsumerInfo) => boolean

/**
 * A filter for consumers that passes those for which every option is true.
 *
 * @param now milliseconds since the epoch
 * @throws UsageError for --pull with --push, and for a bad expression
 */
export function consumerFilter(options: FindOptions, now = Date.now()): Test {
  const {waiting, pending, idle, created, replicas, leader, invert, expression, 'api-level': level} = options
  const acks = options['ack-pending']
  if (options.pull && options.push) throw new UsageError('--pull contradicts --push: a consumer is one or the other')

  const tests: Test[] = []
  /** `otherwise` is what --invert makes of it, where that is not just the rest. */
  const add = (given: unknown, test: Test, otherwise: Test = (info) => !test(info)) => {
    if (given !== undefined && given !== false) tests.push(invert ? otherwise : test)
  }
  add(options.pull, ({config}) => !isPush(config))
  add(options.push, ({config}) => isPush(config))
  add(options.bound, ({push_bound, num_waiting = 0}) => push_bound === true || num_waiting > 0)
  add(waiting, between('num_waiting', 1, waiting), between('num_waiting', waiting, Infinity))
  add(acks, between('num_ack_pending', 1, acks), between('num_ack_pending', acks, Infinity))
  add(pending, between('num_pending', 0, pending))
  add(idle, ({created, delivered}) => now - Date.parse(delivered?.last_active ?? created) >= idle!)
  add(created, (info) => now - Date.parse(info.created) >= created!)
  add(
    replicas,
    (info) => replicasOf(info) >= replicas!,
    (info) => replicasOf(info) <= replicas!,
  )
  add(leader, ({cluster}) => cluster?.leader === leader)
  add(options.pinned, ({priority_groups}) => (priority_groups ?? []).some(({pinned_client_id}) => pinned_client_id))
  add(level, ({config}) => Number(config.metadata?.['_nats.req.level'] ?? 0) >= level!)
  if (expression !== undefined) {
    const matches = compileFilter(expression, ['config', 'state', 'info'])
    add(true, (info) => matches({config: info.config, state: info, info}))
  }
  return (info) => tests.every((test) => test(info))
}

/** Whether a number of the state is at least `low` and below `high`. */
function between(field: 'num_waiting' | 'num_ack_pending' | 'num_pending', low = 0, high = 0): Test {
  return (info) => {
    const value = info[field] ?? 0
    return value >= low && value < high
  }
}

/** 0 in the configuration stands for as many as the stream has; then those that are there are counted. */
const replicasOf = ({config, cluster}: ConsumerInfo) => config.num_replicas || peersOf(cluster).length + 1
