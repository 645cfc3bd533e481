import type {Socket} from 'node:net'
import {SocksClient} from 'socks'
import type {SocksProxy} from './proxy.ts'

/** Has the proxy at the other end of the socket connect it to a server, whose name the proxy looks up. */
export async function relayThrough(
  socket: Socket,
  {host, port, user, password}: SocksProxy,
  destination: {host: string; port: number},
  timeout: number,
): Promise<void> {
  await SocksClient.createConnection({
    command: 'connect',
    proxy: {host, port, type: 5, userId: user, password},
    destination,
    existing_socket: socket,
    timeout,
  })
}
