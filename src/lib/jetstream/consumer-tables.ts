import {dateTime, duration, number} from '../output/human.ts'
import {neutralise} from '../output/sanitize.ts'
import {renderTable} from '../output/table.ts'
import {columns, isOutputTerminal} from '../output/terminal.ts'
import {peersOf} from './cluster-info.ts'
import {isPush} from './consumer-config/config.ts'
import type {ConsumerInfo} from './consumer-info.ts'
import {ago, words} from './consumer-text.ts'

/**
 * `drop`: on a narrow terminal the columns go in this order; those without stay. `shorten`: its cells may be cut there.
 */
type Column = {head: string; cell: (info: ConsumerInfo) => string; drop?: number; shorten?: boolean}

/** The consumers of a stream: what each is for, and how far it is behind. */
export function consumerTable(list: ConsumerInfo[], scheme?: string): string {
  return fitting('Consumers', list, scheme, [
    {head: 'Name', cell: ({name}) => name},
    {head: 'Description', cell: ({config}) => neutralise(config?.description ?? ''), drop: 2, shorten: true},
    {head: 'Created', cell: ({created}) => dateTime(new Date(created)), drop: 1},
    {head: 'Ack Pending', cell: ({num_ack_pending}) => number(num_ack_pending ?? 0)},
    {head: 'Unprocessed', cell: ({num_pending}) => number(num_pending ?? 0)},
    {head: 'Last Delivery', cell: lastDelivery},
  ])
}

export type ReportOptions = {stream: string; messages: number; raw?: boolean; scheme?: string}

/**
 * The consumers of a stream and what keeps them busy.
 *
 * @param messages in the stream: unprocessed ones are shown as a share of them too, unless `raw`
 */
export function reportTable(list: ConsumerInfo[], {stream, messages, raw, scheme}: ReportOptions): string {
  const count = (value = 0) => (raw ? String(value) : number(value))
  const share = (pending: number) =>
    raw || pending === 0 || messages === 0 ? '' : ` / ${Math.floor((pending / messages) * 100)}%`
  return fitting(`Consumer report for ${stream} with ${number(list.length)} consumers`, list, scheme, [
    {head: 'Consumer', cell: ({name}) => name},
    {head: 'Mode', cell: ({config}) => (isPush(config) ? 'Push' : 'Pull'), drop: 4},
    {head: 'Ack Policy', cell: ({config}) => words(config.ack_policy), drop: 3},
    {head: 'Ack Wait', cell: ({config}) => duration((config.ack_wait ?? 0) / 1e6), drop: 2},
    {head: 'Ack Pending', cell: ({num_ack_pending}) => count(num_ack_pending)},
    {head: 'Redelivered', cell: ({num_redelivered}) => count(num_redelivered)},
    {head: 'Unprocessed', cell: ({num_pending = 0}) => `${count(num_pending)}${share(num_pending)}`},
    {head: 'Ack Floor', cell: ({ack_floor}) => count(ack_floor?.stream_seq), drop: 5},
    {head: 'API Level', cell: ({config}) => config.metadata?.['_nats.req.level'] ?? '0', drop: 1},
    {head: 'Cluster', cell: clusterCell},
  ])
}

/** How many consumers each server leads. */
export function leadersTable(list: ConsumerInfo[], scheme?: string): string {
  const leaders = new Map<string, {cluster: string; led: number}>()
  for (const {cluster} of list) {
    if (!cluster?.leader) continue
    const entry = leaders.get(cluster.leader) ?? {cluster: cluster.name ?? '', led: 0}
    leaders.set(cluster.leader, {...entry, led: entry.led + 1})
  }
  const most = Math.max(...[...leaders.values()].map(({led}) => led))
  const rows = [...leaders].sort().map(([server, {cluster, led}]) => {
    return [server, cluster, number(led), '*'.repeat(Math.max(1, Math.round((led / most) * 10)))]
  })
  return renderTable('RAFT Leader Report', ['Server', 'Cluster', 'Consumers', 'Distribution'], rows, {scheme})
}

function lastDelivery({delivered, ts}: ConsumerInfo): string {
  if (!delivered?.last_active) return 'never'
  return ago(delivered.last_active, Date.parse(ts ?? '') || Date.now()).replace(/ ago$/, '')
}

/** `n1, n2, n3*`: the servers that keep it, its leader with a star. A server that is not there has an exclamation mark. */
function clusterCell({cluster}: ConsumerInfo): string {
  if (!cluster?.name) return ''
  const peers = peersOf(cluster).map(({name, offline}) => ({name, mark: offline ? '!' : ''}))
  const leader = cluster.leader ? [{name: cluster.leader, mark: '*'}] : []
  const names = [...peers, ...leader].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({name, mark}) => name + mark)
  return leader.length > 0 ? names.join(', ') : `${names.join(', ')} (no leader)`
}

/** A table no wider than the terminal, as far as leaving out columns gets it there. Where there is no terminal it is whole. */
function fitting(title: string, list: ConsumerInfo[], scheme: string | undefined, all: Column[]): string {
  const room = isOutputTerminal() ? columns() : Infinity
  const droppable = all.filter(({drop}) => drop).sort((a, b) => a.drop! - b.drop!)
  for (let dropped = 0; ; dropped++) {
    const kept = all.filter((column) => !droppable.slice(0, dropped).includes(column))
    const heads = kept.map(({head}) => head)
    const rows = list.map((info) => kept.map(({cell}) => cell(info)))
    const shorten = kept.flatMap((column, i) => (column.shorten ? [i] : []))
    const table = renderTable(title, heads, rows, {scheme, shorten})
    if (table.indexOf('\n') <= room || dropped === droppable.length) return table
  }
}
