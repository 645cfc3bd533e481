import type {NatsConnection} from '@nats-io/nats-core'
import {duration} from '../output/human.ts'
import {isObject} from './api.ts'

/** Who this connection is to the server, and which server that is. */
export type Identity = {
  user: string
  account: string
  system_account: boolean
  expires: string
  client_id: number
  client_ip?: string
  /** In nanoseconds. */
  rtt: number
  headers: boolean
  max_payload: number
  url: string
  address: string
  server_id: string
  server_version: string
  server_name: string
  cluster?: string
  tls: boolean
}

type UserInfo = {user?: string; account?: string; account_name?: string; expires?: number}

/** Asks the server who we are to it. A server that does not tell (before 2.10) leaves user and account open. */
export async function identify(nc: NatsConnection): Promise<Identity> {
  const {user, account, account_name: name, expires} = await userInfo(nc)
  const started = performance.now()
  await nc.flush()
  const rtt = Math.round((performance.now() - started) * 1e6)
  const info = nc.info!
  const tls = info.tls_required === true
  return {
    user: user ?? '',
    account: account ? `${name ?? account} (${account})` : '',
    system_account: account === '$SYS' || name === '$SYS' || name === 'SYS',
    expires: expires ? `in ${duration(Math.round(expires / 1e9) * 1000)}` : 'never',
    client_id: info.client_id,
    client_ip: info.client_ip,
    rtt,
    headers: info.headers === true,
    max_payload: info.max_payload,
    url: `${tls ? 'tls' : 'nats'}://${nc.getServer()}`,
    address: nc.getServer(),
    server_id: info.server_id,
    server_version: info.version,
    server_name: info.server_name,
    cluster: info.cluster,
    tls,
  }
}

async function userInfo(nc: NatsConnection): Promise<UserInfo> {
  try {
    const answer: unknown = JSON.parse((await nc.request('$SYS.REQ.USER.INFO', '', {timeout: 1000})).string())
    return isObject(answer) && isObject(answer.data) ? (answer.data as UserInfo) : {}
  } catch {
    return {}
  }
}
