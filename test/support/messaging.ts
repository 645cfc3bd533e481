import {connect, type Msg, type NatsConnection} from '@nats-io/transport-node'
import {onTestFinished} from 'vitest'
import type {TestServer} from './server.ts'

/** A client beside the command under test, until the end of the test. */
export async function client(server: TestServer, options = {}): Promise<NatsConnection> {
  const nc = await connect({servers: server.url, ...options})
  onTestFinished(() => nc.close())
  return nc
}

export type Inbox = {
  messages: Msg[]
  /** The bodies as text. */
  bodies(): string[]
  /** Resolves when so many have come. */
  until(count: number): Promise<Msg[]>
}

/** Everything that comes on a subject from now on. */
export async function listen(server: TestServer, subject: string): Promise<Inbox> {
  const nc = await client(server)
  const messages: Msg[] = []
  let check = () => {}
  nc.subscribe(subject, {
    callback: (error, msg) => {
      if (error) throw error
      messages.push(msg)
      check()
    },
  })
  await nc.flush()
  return {
    messages,
    bodies: () => messages.map((msg) => msg.string()),
    until: (count) =>
      new Promise((resolve) => {
        check = () => messages.length >= count && resolve(messages)
        check()
      }),
  }
}
