import {connect, headers, type NatsConnection, type RequestOptions} from '@nats-io/transport-node'
import {onTestFinished} from 'vitest'

export type ToStore = {subject: string; body?: string | Uint8Array; headers?: Record<string, string>}

/** A connection by hand, to arrange and check what the commands work on. It is closed after the test. */
export class Lab {
  readonly nc: NatsConnection

  private constructor(nc: NatsConnection) {
    this.nc = nc
  }

  static async open(url: string | string[]): Promise<Lab> {
    const lab = await Lab.forFile(url)
    onTestFinished(() => lab.nc.close())
    return lab
  }

  /** For what is arranged before the tests of a file; to be closed by hand. */
  static async forFile(url: string | string[]): Promise<Lab> {
    return new Lab(await connect({servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100}))
  }

  /** A request to the JetStream API; its errors are thrown. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers are of many shapes
  readonly api = async (subject: string, payload?: object): Promise<any> => {
    const reply = await this.nc.request(`$JS.API.${subject}`, payload ? JSON.stringify(payload) : '', {timeout: 10_000})
    const answer = reply.json<{error?: {description: string}}>()
    if (answer.error) throw new Error(`${subject}: ${answer.error.description}`)
    return answer
  }

  readonly createStream = (name: string, config: object = {}): Promise<unknown> => {
    return this.api(`STREAM.CREATE.${name}`, {name, subjects: [`${name.toLowerCase()}.>`], ...config})
  }

  /** Stores messages in order, each acknowledged before the next `window` of them is sent. */
  readonly store = async (messages: Iterable<ToStore>, window = 500): Promise<void> => {
    let open: Promise<void>[] = []
    for (const {subject, body = '', headers: list = {}} of messages) {
      const block = headers()
      for (const [name, value] of Object.entries(list)) block.append(name, value)
      const options = {timeout: 10_000, ...(Object.keys(list).length > 0 ? {headers: block} : {})}
      open.push(this.request(subject, body, options))
      if (open.length < window) continue
      await Promise.all(open)
      open = []
    }
    await Promise.all(open)
  }

  /** A stream that was created a moment ago may not be known to every server of a cluster. */
  private async request(subject: string, body: string | Uint8Array, options: RequestOptions): Promise<void> {
    for (let left = 100; ; left--) {
      try {
        await this.nc.request(subject, body, options)
        return
      } catch (error) {
        if (left === 0 || !(error as Error).message.startsWith('no responders')) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  /** Numbered messages `0`, `1`, … on `subject`. */
  readonly storeNumbers = (subject: string, count: number, from = 0): Promise<void> => {
    return this.store(Array.from({length: count}, (_, i) => ({subject, body: String(from + i)})))
  }
}

/** The lines `0`, `1`, … as `storeNumbers` stored them. */
export const numbers = (count: number, from = 0) => Array.from({length: count}, (_, i) => `${from + i}\n`).join('')

/** Waits until `check` is true; fails after a while. */
export async function until(check: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> {
  for (const end = Date.now() + limit; !(await check()); ) {
    if (Date.now() > end) throw new Error(`it did not happen within ${limit}ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
