import {connect, type NatsConnection} from '@nats-io/transport-node'
import type {Settings} from './settings.ts'

export type Hooks = {warn: (text: string) => void; trace?: (text: string) => void}

export async function openConnection(settings: Settings, _hooks: Hooks): Promise<NatsConnection> {
  const {servers, timeout, user, password, name} = settings
  return connect({servers, timeout, user, pass: password, name, noAsyncTraces: true})
}

export async function closeConnection(connection: NatsConnection): Promise<void> {
  if (!connection.isClosed() && !connection.isDraining()) await connection.drain()
}
