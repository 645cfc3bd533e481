import {describe, expect, it} from 'vitest'
import {describePlan, type Member, planBalance} from '../../../src/lib/jetstream/balance.ts'

const member = (name: string, leader: string, ...peers: string[]): Member => ({
  name,
  cluster: {name: 'C1', leader, replicas: peers.map((peer) => ({name: peer, current: !peer.endsWith('!')}))},
})
const apply = (members: Member[]) => {
  const [plan] = planBalance(members)
  const counts = new Map(plan!.leaders)
  for (const {from, to} of plan!.moves) {
    counts.set(from, counts.get(from)! - 1)
    counts.set(to, counts.get(to)! + 1)
  }
  return Object.fromEntries(counts)
}

describe('planBalance', () => {
  it('spreads leaders evenly', () => {
    const members = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => member(name, 'n3', 'n1', 'n2'))
    expect(apply(members)).toEqual({n1: 2, n2: 2, n3: 2})
    expect(describePlan(planBalance(members)[0]!)).toEqual([
      'Found cluster C1 with a balanced distribution of 2',
      'Cluster C1 has 3 available peers',
      "Nats server 'n3' is the lead of 6 entities with a offset of 4",
      "Nats server 'n1' is the lead of 0 entities with a offset of -2",
      "Nats server 'n2' is the lead of 0 entities with a offset of -2",
    ])
  })

  it('leaves a balanced cluster alone', () => {
    const members = [member('A', 'n1', 'n2', 'n3'), member('B', 'n2', 'n1', 'n3'), member('C', 'n2', 'n1', 'n3')]
    members.push(member('D', 'n3', 'n1', 'n2'))
    expect(planBalance(members)[0]!.moves).toEqual([])
    expect(planBalance([])).toEqual([])
  })

  it('moves nothing that has one replica, nor to a server that is behind', () => {
    expect(planBalance(['A', 'B', 'C'].map((name) => member(name, 'n1')))[0]!.moves).toEqual([])
    expect(planBalance(['A', 'B', 'C'].map((name) => member(name, 'n1', 'n2!')))[0]!.moves).toEqual([])
  })

  it('takes what is not clustered, or has no leader, for no part of it', () => {
    const odd: Member[] = [{name: 'A', cluster: {leader: 'n1'}}, {name: 'B'}, {name: 'C', cluster: {name: 'C1'}}]
    expect(planBalance(odd)).toEqual([])
  })
})
