import {UsageError} from '../errors.ts'
import {compileFilter} from '../expression/evaluate.ts'
import {count, duration, Flags} from '../flags.ts'
import type {JetStreamApi} from './api.ts'
import {peersOf} from './cluster-info.ts'
import {listStreams, type StreamInfo, streamNames} from './stream.ts'
import {isTime} from './stream-info.ts'

/** Which streams: flags of `stream find` and of `stream cluster balance`. */
export const findFlags = {
  'server-name': Flags.string({
    helpValue: 'PATTERN',
    summary: 'On a server whose name matches this regular expression',
  }),
  cluster: Flags.string({helpValue: 'PATTERN', summary: 'In a cluster whose name matches this regular expression'}),
  empty: Flags.boolean({summary: 'Without messages'}),
  idle: duration({summary: 'Without a new message for so long'}),
  created: duration({summary: 'Made at least so long ago'}),
  consumers: count({helpValue: 'THRESHOLD', summary: 'With so many consumers or fewer'}),
  subject: Flags.string({helpValue: 'SUBJECT', summary: 'That store this subject'}),
  replicas: count({summary: 'With so many replicas or fewer'}),
  sourced: Flags.boolean({summary: 'That copy from sources'}),
  mirrored: Flags.boolean({summary: 'That are a mirror'}),
  leader: Flags.string({helpValue: 'SERVER', summary: 'Led by this server'}),
  invert: Flags.boolean({allowNo: true, summary: 'Turn every criterion around'}),
  expression: Flags.string({
    helpValue: 'EXPRESSION',
    summary: 'For which this is true, of config, state and info as JSON has them: state.messages > 1000',
  }),
}

export type FindOptions = {
  'server-name'?: string
  cluster?: string
  empty?: boolean
  idle?: number
  created?: number
  consumers?: number
  subject?: string
  replicas?: number
  sourced?: boolean
  mirrored?: boolean
  leader?: string
  invert?: boolean
  expression?: string
  'api-level'?: number
}

type Criterion = (info: StreamInfo) => boolean

/**
 * The streams for which all that was asked for holds, or with `invert` for which none of it does.
 *
 * @throws UsageError for a pattern or expression that cannot be read
 */
export async function findStreams(api: JetStreamApi, options: FindOptions, now = Date.now()): Promise<StreamInfo[]> {
  const criteria = criteriaOf(options, now)
  if (options.subject !== undefined) {
    const names = new Set(await streamNames(api, options.subject))
    criteria.push(({config}) => names.has(config.name))
  }
  const {items} = await listStreams(api)
  return items.filter((info) => criteria.every((holds) => holds(info) !== (options.invert === true)))
}

function criteriaOf(options: FindOptions, now: number): Criterion[] {
  const {idle, created, consumers, replicas, leader, 'api-level': level} = options
  const criteria: Criterion[] = []
  const add = (given: unknown, criterion: Criterion) => {
    if (given !== undefined && given !== false) criteria.push(criterion)
  }
  const server = pattern('--server-name', options['server-name'])
  const cluster = pattern('--cluster', options.cluster)
  add(server, ({cluster}) => serverNames(cluster).some((name) => server!.test(name)))
  add(cluster, ({cluster: info}) => cluster!.test(info?.name ?? '') && Boolean(info?.name))
  add(options.empty, ({state}) => state.messages === 0)
  add(idle, ({state}) => !isTime(state.last_ts) || now - Date.parse(state.last_ts) > idle!)
  add(created, (info) => isTime(info.created) && now - Date.parse(info.created) > created!)
  add(consumers, ({state}) => state.consumer_count <= consumers!)
  add(replicas, ({config}) => (config.num_replicas ?? 1) <= replicas!)
  add(options.sourced, ({config}) => (config.sources?.length ?? 0) > 0)
  add(options.mirrored, ({config}) => Boolean(config.mirror))
  add(leader, (info) => info.cluster?.leader === leader)
  add(level, ({config}) => Number(config.metadata?.['_nats.req.level'] ?? 0) >= level!)
  if (options.expression !== undefined) {
    const holds = compileFilter(options.expression, ['config', 'state', 'info'])
    criteria.push((info) => holds({config: info.config, state: info.state, info}))
  }
  return criteria
}

const serverNames = (cluster: StreamInfo['cluster']) =>
  [cluster?.leader, ...peersOf(cluster).map(({name}) => name)].filter((name): name is string => Boolean(name))

function pattern(flag: string, text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? undefined : new RegExp(text)
  } catch {
    throw new UsageError(`${flag}: ${JSON.stringify(text)} is not a regular expression`)
  }
}
