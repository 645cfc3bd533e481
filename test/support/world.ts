import {chmodSync, copyFileSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {AckPolicy, jetstreamManager} from '@nats-io/jetstream'
import {connect, headers} from '@nats-io/transport-node'

/** The files and contexts that examples in help texts name, written into a HOME. */
export function furnish(home: string, url: string): void {
  const files: Record<string, string> = {
    'app.log': 'one\ntwo\n',
    'order.json': '{"id": 17}\n',
    'orders.json': JSON.stringify({config: {...STREAM, max_msgs: 1_000_000}}),
    'prod.creds': '-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n',
    'server.conf': 'max_payload: 1MB\n',
    'integration.sh': '#!/bin/sh\ntest -n "$NATS_URL"\n',
    'package.json': '{"scripts": {"test": "test -n \\"$NATS_URL\\""}}',
    '.config/nats/context.txt': 'local',
    '.config/nats/previous-context.txt': 'other',
  }
  for (const name of ['local', 'prod', 'old', 'other'])
    files[`.config/nats/context/${name}.json`] = JSON.stringify({description: name, url})
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), {recursive: true})
    writeFileSync(join(home, name), text)
  }
  chmodSync(join(home, 'integration.sh'), 0o755)
  mkdirSync(join(home, 'bin'))
  copyFileSync(join(import.meta.dirname, 'jq.cjs'), join(home, 'bin', 'jq'))
  chmodSync(join(home, 'bin', 'jq'), 0o755)
}

const STREAM = {name: 'ORDERS', subjects: ['orders.>'], allow_direct: true, metadata: {owner: 'examples'}}
const ORDER = JSON.stringify({id: 17, order: {state: 'paid'}, note: 'timeout'})

/**
 * Brings a server to life: messages flow on `orders.*`, every request is answered, and the stream ORDERS with the
 * consumer DISPATCH keeps them. Resolves to what ends it.
 */
export async function populate(
  url: string,
  {replicas = 1, stream = true, paused = false} = {},
): Promise<() => Promise<void>> {
  const nc = await connect({servers: url})
  const subjects = ['orders.new', 'orders.eu', 'orders.us', 'orders.eu.new']
  const publish = (id: number) => {
    const known = headers()
    known.set('Nats-Msg-Id', `17-${id}`)
    nc.publish(subjects[id % subjects.length]!, ORDER, {headers: known})
  }
  if (stream) {
    const manager = await jetstreamManager(nc)
    await manager.streams.add({...STREAM, num_replicas: replicas})
    for (let id = 0; id < 200; id++) publish(id)
    await nc.flush()
    await manager.consumers.add('ORDERS', {
      durable_name: 'DISPATCH',
      pause_until: paused ? '2100-01-01T00:00:00Z' : undefined,
      ack_policy: AckPolicy.Explicit,
      num_replicas: replicas,
    })
    const pinned = {priority_groups: ['primary'], priority_policy: 'pinned_client' as const}
    await manager.consumers.add('ORDERS', {durable_name: 'PINNED', ack_policy: AckPolicy.Explicit, ...pinned})
  }
  nc.subscribe('>', {
    callback: (_error, message) => {
      if (/^[a-z]/.test(message.subject) && message.reply && !message.headers) message.respond('{"id": 17}')
    },
  })
  let id = 200
  const flow = setInterval(() => publish(id++), 10)
  return async () => {
    clearInterval(flow)
    await nc.close()
  }
}
