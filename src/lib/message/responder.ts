import {setTimeout as delay} from 'node:timers/promises'
import type {NatsConnection} from '@nats-io/nats-core'
import type {Answerer} from './answer.ts'
import {fromMsg, type Message} from './message.ts'
import {sendable} from './outgoing.ts'

export type RespondOptions = {
  subject: string
  /** Queue group; none when empty. */
  queue: string
  /** Ends after this many answers; 0 is no end. */
  count: number
  /** Answers that may be under way at the same time; the next request waits. */
  concurrent: number
  /** Wait a random time up to this many milliseconds before each answer. */
  sleep?: number
  /** Ends it: no further request is taken, those that were taken are answered. */
  signal: AbortSignal
  onReady(): void
  /** A request came, the `number`th from 0. */
  onRequest(request: Message, number: number): void
  /** It could not be answered, or not as it should. */
  onProblem(text: string): void
}

/** How long answers may take that are under way when `signal` comes. */
const GRACE_MS = 500

/**
 * Answers requests until `count` are answered or `signal` comes.
 *
 * @throws PermissionViolationError when the server refuses the subscription, or has refused an answer
 */
export async function respond(nc: NatsConnection, answer: Answerer, options: RespondOptions): Promise<void> {
  const {subject, queue, count, concurrent, sleep, signal, onRequest, onProblem} = options
  const hurry = new AbortController()
  signal.addEventListener('abort', () => setTimeout(() => hurry.abort(), GRACE_MS).unref())

  const handle = async (request: Message, number: number, reply: string) => {
    try {
      if (sleep) await delay(Math.random() * sleep, undefined, {signal}).catch(() => {})
      const {data, headers, problem} = await answer(request, number, hurry.signal)
      if (problem) onProblem(problem)
      nc.publish(reply, data, {headers: sendable({subject: reply, data, headers}, nc.info!.max_payload)})
    } catch (error) {
      onProblem((error as Error).message)
    }
  }

  const running = new Set<Promise<void>>()
  let number = 0
  let ready = false
  while (!signal.aborted && (count === 0 || number < count)) {
    // The server ends the subscription after as many requests, so that the queue group loses none that is not answered here.
    const subscription = nc.subscribe(subject, {queue: queue || undefined, max: count ? count - number : undefined})
    const stop = () => void subscription.drain().catch(() => {})
    signal.addEventListener('abort', stop)
    if (!ready) await nc.flush()
    // The server may have refused it, which the loop below throws.
    if (!ready && !subscription.isClosed()) options.onReady()
    ready = true
    for await (const msg of subscription) {
      const request = fromMsg(msg)
      onRequest(request, number)
      if (!request.reply) {
        onProblem('not answered: the message has no reply subject')
        continue
      }
      const handled = handle(request, number++, request.reply).finally(() => running.delete(handled))
      running.add(handled)
      if (running.size >= concurrent) await Promise.race(running)
    }
    signal.removeEventListener('abort', stop)
  }
  await Promise.all(running)
  await nc.flush()
}
