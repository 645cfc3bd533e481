import {headers, type NatsConnection} from '@nats-io/nats-core'
import {connect} from '@nats-io/transport-node'
import {afterAll} from 'vitest'
import {type Options, type Running, start, startInTerminal} from './cli.ts'
import type {TestServer} from './server.ts'

type Published = {
  subject: string
  data?: string | Uint8Array
  reply?: string
  headers?: [string, string][]
}

const connections: NatsConnection[] = []
afterAll(() => Promise.all(connections.map((nc) => nc.close())))

/** A client beside the command under test. */
export async function connectTo(server: TestServer): Promise<NatsConnection> {
  const nc = await connect({servers: server.url, inboxPrefix: '_TEST'})
  connections.push(nc)
  return nc
}

export async function publish(nc: NatsConnection, ...messages: Published[]): Promise<void> {
  for (const {subject, data, reply, headers: list = []} of messages) {
    const block = list.length > 0 ? headers() : undefined
    for (const [name, value] of list) block!.append(name, value)
    nc.publish(subject, data, {reply, headers: block})
  }
  await nc.flush()
}

/** Resolves when the server, which has monitoring on, knows so many subscriptions to the subject. */
export async function subscribed(server: TestServer, subject: string, wanted = 1): Promise<void> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const response = await fetch(`${server.httpUrl}/subsz?subs=1&limit=10000`)
    const {subscriptions_list: list = []} = (await response.json()) as {subscriptions_list?: {subject: string}[]}
    if (list.filter((entry) => entry.subject === subject).length >= wanted) return
    if (Date.now() > deadline) throw new Error(`nobody subscribed to ${subject}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Starts `nats subscribe` and waits until its subscriptions stand. The first of `args` is a subject. */
export async function subscribe(server: TestServer, args: string[], options: Options = {}): Promise<Running> {
  const running = start(['subscribe', ...args, '-s', server.url], options)
  await Promise.race([subscribed(server, args[0]!), running.done])
  return running
}

/** The same in a terminal. */
export async function subscribeInTerminal(server: TestServer, args: string[], size = {}): Promise<Running> {
  const running = startInTerminal(['subscribe', ...args, '-s', server.url], size)
  await Promise.race([subscribed(server, args[0]!), running.done])
  return running
}

/** Three messages: a body; a body with headers and a reply subject; an empty body. */
export const three = (subject: string): Published[] => [
  {subject: `${subject}.a`, data: 'one'},
  {
    ...{subject: `${subject}.b`, data: 'two', reply: 're.ply'},
    headers: [
      ['K', 'v'],
      ['K', 'v2'],
      ['X', 'y'],
    ],
  },
  {subject: `${subject}.a`},
]
