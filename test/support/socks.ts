import {connect, createServer, type Socket} from 'node:net'
import {afterAll} from 'vitest'

/** A SOCKS5 proxy (RFC 1928, RFC 1929) on a free port of the loopback address, closed at the end of the test file. */
export type SocksProxy = {
  port: number
  /** What it was asked to connect to, as `HOST:PORT`: names arrive unresolved. */
  asked: string[]
}

type Options = {user?: string; password?: string /** Accepts connections, says nothing. */; silent?: boolean}

export async function startSocksProxy(options: Options = {}): Promise<SocksProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => {})
    if (!options.silent) relay(client, options, asked).catch(() => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {port: (server.address() as {port: number}).port, asked}
}

async function relay(client: Socket, {user, password}: Options, asked: string[]): Promise<void> {
  const [, count] = await take(client, 2)
  const methods = await take(client, count!)
  const method = user === undefined ? 0 : 2
  client.write(Buffer.from([5, methods.includes(method) ? method : 0xff]))
  if (user !== undefined) {
    await take(client, 1)
    const [name, secret] = [await text(client), await text(client)]
    const known = name === user && secret === password
    client.write(Buffer.from([1, known ? 0 : 1]))
    if (!known) return void client.end()
  }

  const [, , , kind] = await take(client, 4)
  const host = kind === 1 ? [...(await take(client, 4))].join('.') : await text(client)
  const port = (await take(client, 2)).readUInt16BE()
  asked.push(`${host}:${port}`)
  const answer = (code: number) => client.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
  const upstream = connect({host, port}, () => {
    answer(0)
    client.pipe(upstream).pipe(client)
  })
  upstream.on('error', () => {
    answer(5)
    client.end()
  })
  client.on('close', () => upstream.destroy())
}

async function text(socket: Socket): Promise<string> {
  const [length] = await take(socket, 1)
  return (await take(socket, length!)).toString()
}

/** Exactly so many bytes. */
async function take(socket: Socket, size: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(size)
    if (bytes) return bytes
    await new Promise<void>((resolve, reject) => {
      socket.once('readable', resolve)
      socket.once('close', () => reject(new Error('closed')))
    })
  }
}
