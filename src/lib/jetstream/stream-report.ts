import {bytes, duration, number} from '../output/human.ts'
import {printable} from '../output/sanitize.ts'
import {renderTable, type TableOptions} from '../output/table.ts'
import {type ClusterInfo, peersOf} from './cluster-info.ts'
import type {SourceState, StreamInfo} from './stream.ts'

/** Orders of `stream report`, all ascending. */
export const ORDERS = {
  bytes: (info: StreamInfo) => info.state.bytes,
  consumers: (info: StreamInfo) => info.state.consumer_count,
  messages: (info: StreamInfo) => info.state.messages,
  name: (info: StreamInfo) => info.config.name,
  storage: (info: StreamInfo) => info.config.storage ?? 'file',
}

export function sortStreams(streams: StreamInfo[], order: keyof typeof ORDERS): StreamInfo[] {
  const key = ORDERS[order]
  const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
  return streams.toSorted((a, b) => compare(key(a), key(b)) || compare(a.config.name, b.config.name))
}

type Look = {raw: boolean; scheme?: string}

/** One line for each stream: what it holds, and where. */
export function renderReport(streams: StreamInfo[], {raw, scheme}: Look): string {
  const [count, size] = raw ? [String, String] : [number, bytes]
  const rows = streams.map(({config, state, cluster}) => [
    config.name,
    config.storage === 'memory' ? 'Memory' : 'File',
    placement(config.placement),
    count(state.consumer_count),
    count(state.messages),
    size(state.bytes),
    count(state.lost?.msgs?.length ?? 0),
    count(state.num_deleted ?? 0),
    config.metadata?.['_nats.req.level'] ?? '',
    replicas(cluster),
  ])
  const head = [
    'Stream',
    'Storage',
    'Placement',
    'Consumers',
    'Messages',
    'Bytes',
    'Lost',
    'Deleted',
    'API Level',
    'Replicas',
  ]
  const zeros = [6, 7].filter((column) => rows.every((row) => row[column] === '0'))
  const options: TableOptions = {scheme, shorten: [2, 9], drop: [8, ...zeros, 2, 1]}
  return renderTable('Stream Report', head, rows, options)
}

function placement(value: StreamInfo['config']['placement']): string {
  const tags = value?.tags?.length ? `tags: ${value.tags.join(', ')}` : ''
  return [value?.cluster ? `cluster: ${value.cluster}` : '', tags].filter(Boolean).join(' ')
}

/** `n1*, n2, n3!`: the leader has a star, and who is offline or behind an exclamation mark. */
export function replicas(cluster?: ClusterInfo | null): string {
  if (!cluster?.name) return ''
  const names = peersOf(cluster).map(({name, current, offline}) => `${name}${offline || current === false ? '!' : ''}`)
  return [...(cluster.leader ? [`${cluster.leader}*`] : []), ...names].sort().join(', ')
}

export type Replication = {stream: string; kind: 'Mirror' | 'Source'; state: SourceState}

/** Every mirror and source of these streams. */
export function replicationsOf(streams: StreamInfo[]): Replication[] {
  return streams.flatMap(({config, mirror, sources}): Replication[] => [
    ...(mirror ? [{stream: config.name, kind: 'Mirror' as const, state: mirror}] : []),
    ...(sources ?? []).map((state) => ({stream: config.name, kind: 'Source' as const, state})),
  ])
}

export function renderReplication(list: Replication[], {raw, scheme}: Look): string {
  const rows = list.map(({stream, kind, state}) => [
    stream,
    kind,
    state.external?.api ?? '',
    state.name,
    filters(state).join(', '),
    active(state.active, raw),
    raw ? String(state.lag ?? 0) : number(state.lag ?? 0),
    printable(state.error?.description ?? ''),
  ])
  const head = ['Stream', 'Kind', 'API Prefix', 'Source Stream', 'Filters and Transforms', 'Active', 'Lag', 'Error']
  const empty = [2, 4, 7].filter((column) => rows.every((row) => row[column] === ''))
  return renderTable('Replication Report', head, rows, {scheme, shorten: [4, 7], drop: [...empty, 1, 2, 4]})
}

function active(nanoseconds: number | undefined, raw: boolean): string {
  if (nanoseconds === undefined || nanoseconds < 0) return 'never'
  const milliseconds = nanoseconds / 1e6
  return raw ? `${milliseconds}ms` : duration(Math.round(milliseconds))
}

/** `src1.a to x.a`, `src2.a untransformed` */
export function filters({filter_subject, subject_transforms}: SourceState): string[] {
  const show = (src?: string, dest?: string) => (dest ? `${src} to ${dest}` : `${src} untransformed`)
  if (subject_transforms?.length) return subject_transforms.map(({src, dest}) => show(src, dest))
  return filter_subject ? [show(filter_subject)] : []
}

export type Leader = {server: string; cluster: string; streams: number}

/** How many streams each server leads, the fewest first. */
export function leadersOf(streams: StreamInfo[]): Leader[] {
  const counts = new Map<string, Leader>()
  for (const {cluster} of streams) {
    if (!cluster?.name) continue
    for (const {name} of peersOf(cluster)) count(name, cluster.name, 0)
    if (cluster.leader) count(cluster.leader, cluster.name, 1)
  }
  return [...counts.values()].sort((a, b) => a.streams - b.streams || (a.server < b.server ? -1 : 1))

  function count(server: string, cluster: string, more: number): void {
    const key = `${cluster} ${server}`
    counts.set(key, {server, cluster, streams: (counts.get(key)?.streams ?? 0) + more})
  }
}

export function renderLeaders(leaders: Leader[], scheme?: string): string {
  const total = leaders.reduce((sum, {streams}) => sum + streams, 0)
  const bar = (streams: number) => '*'.repeat(Math.floor((streams / Math.max(1, total)) * 10))
  const rows = leaders.map(({server, cluster, streams}) => [server, cluster, number(streams), bar(streams)])
  return renderTable('RAFT Leader Report', ['Server', 'Cluster', 'Streams', 'Distribution'], rows, {scheme})
}

/** Where streams copy from, as a graph in the language of Graphviz. */
export function toDot(list: Replication[]): string {
  const names = [...new Set(list.flatMap(({stream, state}) => [stream, state.name]))].sort()
  const id = (name: string) => `n${names.indexOf(name) + 1}`
  const edges = list.map(({stream, kind, state}) => {
    const label = kind === 'Mirror' ? ['Mirror', ...filters(state)].join(' ') : filters(state).join(' ')
    const color = state.error ? 'red' : kind === 'Mirror' ? 'blue' : 'green'
    return `\t${id(state.name)}->${id(stream)}[color="${color}"${label ? `,label=${JSON.stringify(label)}` : ''}];`
  })
  const nodes = names.map((name) => `\t${id(name)}[label=${JSON.stringify(name)}];`)
  return ['digraph  {', '\tlabel="Stream Replication Structure";', ...nodes, ...edges, '}', ''].join('\n')
}
