import {duration, number} from '../output/human.ts'
import type {Row} from '../output/record.ts'
import type {Json} from './api.ts'

export type PeerInfo = Json & {
  name: string
  current?: boolean
  offline?: boolean
  active?: number
  lag?: number
  peer?: string
}

/** Where a stream or consumer lives. A server that is not clustered names itself as the leader, and nothing more. */
export type ClusterInfo = Json & {
  name?: string
  raft_group?: string
  leader?: string
  leader_since?: string
  replicas?: PeerInfo[] | null
}

export const peersOf = (cluster?: ClusterInfo | null): PeerInfo[] =>
  (Array.isArray(cluster?.replicas) ? cluster.replicas : []).filter((peer) => typeof peer?.name === 'string')

/** The cluster of a stream or consumer, its leader and its replicas, for people. Nothing without a cluster. */
export function clusterRows(cluster: ClusterInfo | null | undefined, groupLabel: string, now = Date.now()): Row[] {
  if (!cluster?.name) return []
  const since = Date.parse(cluster.leader_since ?? '')
  const age = Number.isNaN(since) ? '' : ` (${duration(roundAge(now - since))})`
  return [
    ['Name', cluster.name],
    [groupLabel, cluster.raft_group || undefined],
    ['Leader', cluster.leader ? `${cluster.leader}${age}` : 'none'],
    ...peersOf(cluster).map((peer): Row => ['Replica', describePeer(peer)]),
  ]
}

function describePeer({name, current, offline, active = 0, lag = 0}: PeerInfo): string {
  const seen = active > 0 && active < 1e17 ? `seen ${duration(roundAge(active / 1e6))} ago` : 'not seen'
  const behind = lag > 0 ? `${number(lag)} ${lag === 1 ? 'operation' : 'operations'} behind` : ''
  return [name, current ? 'current' : 'outdated', offline ? 'OFFLINE' : '', seen, behind].filter(Boolean).join(', ')
}

/** From a second up, hundredths are enough. */
const roundAge = (milliseconds: number) => (milliseconds >= 1000 ? Math.round(milliseconds / 10) * 10 : milliseconds)

/** What is wrong with a group of replicas, in words for whoever is on call. */
export function clusterWarnings(cluster: ClusterInfo | null | undefined): string[] {
  if (!cluster?.name) return []
  const peers = peersOf(cluster)
  const warnings = peers.flatMap((peer) => {
    const seen = peer.active ? `, seen ${duration(roundAge(peer.active / 1e6))} ago` : ''
    if (peer.offline) return [`replica ${peer.name} is offline${seen}`]
    if (peer.current === false)
      return [`replica ${peer.name} is not current${peer.lag ? `, ${number(peer.lag)} operations behind` : seen}`]
    return peer.lag ? [`replica ${peer.name} is ${number(peer.lag)} operations behind`] : []
  })
  return cluster.leader ? warnings : ['there is no leader: nothing can be read or written', ...warnings]
}
