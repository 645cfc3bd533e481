import {nuid} from '@nats-io/nats-core'
import {CliError} from '../../errors.ts'
import type {HeaderList} from '../../message/headers.ts'
import type {Composer, Outgoing} from '../../message/outgoing.ts'
import {openStdin} from '../../message/stdin.ts'
import type {JetStreamApi} from '../api.ts'
import {StreamPublisher} from '../publisher.ts'
import {type PubAck, UnknownFate} from './answer.ts'
import {Refusals, type Unit} from './refusals.ts'
import {LAST_WAIT_MS, type Numbered} from './run.ts'

export type BatchOptions = {
  composer: Composer
  count: number
  unit: Unit
  headers: () => HeaderList
  signal: AbortSignal
  /** Is told of every message that is sent. */
  onSent(item: Outgoing): void
}

/** A batch that the stream has taken, whole. */
export type StoredBatch = {id: string; messages: number; bytes: number; ack: PubAck}

/**
 * Publishes all messages as one atomic batch (ADR-50): the stream stores all of them or none. The last message commits the batch,
 * and it is sent only when the whole input was read and every message before it was taken.
 *
 * @returns undefined when the input has no messages
 * @throws CliError when nothing was stored, or when it is unknown whether the batch was
 */
export async function publishBatch(api: JetStreamApi, maxPayload: number, options: BatchOptions) {
  const {composer, unit, headers, signal, onSent} = options
  const id = nuid.next()
  const refusals = new Refusals(unit)
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  let ack: PubAck | undefined
  const publisher = new StreamPublisher<Numbered>(api, {
    retry: false,
    signal: ended,
    onStored(_item, stored) {
      ack = stored
    },
    onRefused({number}, error) {
      refusals.add(number, error)
      stop.abort()
    },
  })
  let committed = false
  let sent = 0
  let bytes = 0
  let waiting: Numbered | undefined
  const send = async (item: Numbered, commit: HeaderList) => {
    if (publisher.full) await publisher.ready()
    if (ended.aborted) return
    const own = [...(item.headers ?? []), ...headers()].filter(([name]) => sent === 0 || !ONLY_FIRST.test(name))
    const place: HeaderList = [['Nats-Batch-Id', id], ['Nats-Batch-Sequence', String(++sent)], ...commit]
    bytes += item.data.length
    publisher.send({...item, headers: [...own, ...place]})
    onSent(item)
  }
  try {
    let number = 0
    for await (const bodies of composer.bodies(() => openStdin(ended), maxPayload)) {
      for (const body of bodies) {
        number++
        try {
          for (const message of composer.messages([body], options.count)) {
            if (waiting) await send(waiting, [])
            waiting = {...message, number}
          }
        } catch (error) {
          if (!(error instanceof CliError)) throw error
          throw new CliError(refusals.text(number, error), error)
        }
      }
    }
    if (!waiting) return undefined
    await publisher.answeredAll()
    if (!ended.aborted) {
      committed = true
      await send(waiting, COMMIT)
    }
    await publisher.answeredAll()
    if (signal.aborted) await publisher.answeredAll(LAST_WAIT_MS)
  } catch (error) {
    if (!ended.aborted) throw nothingStored(error)
  } finally {
    publisher.close()
  }
  signal.throwIfAborted()
  if (refusals.count > 0) throw nothingStored(refusals.stopped(0), committed)
  if (!ack) throw new CliError(`cannot tell whether batch ${id} is stored: the answer to its commit is empty`)
  return {id, messages: sent, bytes, ack} satisfies StoredBatch
}

const COMMIT: HeaderList = [['Nats-Batch-Commit', '1']]
/** What a batch expects of its stream is said once, by its first message. */
const ONLY_FIRST = /^Nats-Expected-Last-Sequence$/i

/** The failure of a batch; only whoever waits for the answer to its commit may not know what became of it. */
function nothingStored(error: unknown, committed = false): unknown {
  if (!(error instanceof CliError)) return error
  const {cause, exitCode} = error
  const unknown = cause instanceof UnknownFate
  if (unknown && committed) return new CliError(`the whole batch: ${cause.message}`, {exitCode, cause})
  const message = unknown ? error.message.replace(cause.message, cause.why) : error.message
  return new CliError(`${message}; nothing of the batch is stored`, {
    exitCode,
    hint: unknown ? undefined : error.hint,
    cause,
  })
}
