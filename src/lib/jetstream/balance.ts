import {type ClusterInfo, peersOf} from './cluster-info.ts'

/** A stream or consumer of a cluster, as far as balancing goes. */
export type Member = {name: string; cluster?: ClusterInfo | null}
/** A step of a plan: the leader of `name` goes from one server to another. */
export type Move = {name: string; from: string; to: string}
/** The leaders of one cluster, and what would spread them evenly. */
export type Plan = {cluster: string; leaders: Map<string, number>; target: number; moves: Move[]}

/**
 * Plans how to spread leaders evenly over the servers of each cluster. A leader moves only to a server that has a
 * healthy replica, and only to one that leads at least two fewer: so the plan ends, and a balanced cluster has none.
 */
export function planBalance(members: Member[]): Plan[] {
  const clusters = new Map<string, Member[]>()
  for (const member of members) {
    const name = member.cluster?.name
    if (name && member.cluster?.leader) clusters.set(name, [...(clusters.get(name) ?? []), member])
  }
  return [...clusters].map(([cluster, list]) => planCluster(cluster, list))
}

function planCluster(cluster: string, members: Member[]): Plan {
  const counts = new Map<string, number>()
  for (const {cluster: info} of members) for (const name of serversOf(info!)) counts.set(name, 0)
  for (const {cluster: info} of members) counts.set(info!.leader!, counts.get(info!.leader!)! + 1)
  const leaders = new Map(counts)
  const open = new Map(members.map((member) => [member.name, member]))
  const moves: Move[] = []
  for (let move = bestMove(open, counts); move; move = bestMove(open, counts)) {
    counts.set(move.from, counts.get(move.from)! - 1)
    counts.set(move.to, counts.get(move.to)! + 1)
    open.delete(move.name)
    moves.push(move)
  }
  return {cluster, leaders, target: Math.ceil(members.length / counts.size), moves}
}

const serversOf = (cluster: ClusterInfo) => [cluster.leader!, ...peersOf(cluster).map(({name}) => name)]

/** The move that evens out most. */
function bestMove(open: Map<string, Member>, counts: Map<string, number>): Move | undefined {
  let best: (Move & {gain: number}) | undefined
  for (const {name, cluster} of open.values()) {
    const from = cluster!.leader!
    for (const peer of peersOf(cluster)) {
      if (peer.offline || peer.current === false) continue
      const gain = counts.get(from)! - counts.get(peer.name)!
      if (gain >= 2 && gain > (best?.gain ?? 0)) best = {name, from, to: peer.name, gain}
    }
  }
  return best && {name: best.name, from: best.from, to: best.to}
}

/** What a plan is about, in lines for the user. */
export function describePlan({cluster, leaders, target}: Plan): string[] {
  return [
    `Found cluster ${cluster} with a balanced distribution of ${target}`,
    `Cluster ${cluster} has ${leaders.size} available peers`,
    ...[...leaders].map(
      ([name, count]) => `Nats server '${name}' is the lead of ${count} entities with a offset of ${count - target}`,
    ),
  ]
}
