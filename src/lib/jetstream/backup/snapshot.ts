import {type FileHandle, open} from 'node:fs/promises'
import {createInbox, type Msg} from '@nats-io/nats-core'
import {CliError} from '../../errors.ts'
import {duration} from '../../output/human.ts'
import {inboxPrefix} from '../../wire/wire.ts'
import {isObject, type JetStreamApi} from '../api.ts'
import {ApiError} from '../api-error.ts'
import {watchLife} from '../life.ts'
import {readStreamInfo} from '../stream.ts'
import {ArchiveMeter} from './archive.ts'
import type {Description} from './folder.ts'

/** The server takes no larger chunks, and by itself sends smaller ones. */
const CHUNK_BYTES = 512 * 1024
/** What may be on its way unacknowledged. */
const WINDOW_BYTES = 8 * 1024 * 1024
/** For an answer that takes as long as it takes. */
const CHECK_MS = 7 * 24 * 3600 * 1000

export type SnapshotOptions = {
  consumers: boolean
  /** Have the server check every message first. */
  check: boolean
  chunkSize?: number
  windowSize?: number
}

export type SnapshotHooks = {
  /** The server has answered and begins to send. */
  begun?(description: Description): void
  progress?(meter: ArchiveMeter): void
}

export type Snapshot = Required<Description> & {chunks: number; unpacked: number}

/** This server has no snapshots of such a stream. */
export class UnsupportedError extends CliError {}

/** A transfer that broke off, but can be begun anew. */
export class TransferError extends CliError {}

/**
 * Has the server send an archive of a stream (STREAM.SNAPSHOT of the JetStream API) and writes it to a file as it comes. A chunk
 * is acknowledged as it comes, but when it is written while the disk is behind: no more than two windows are ever in memory.
 *
 * @throws TransferError when it broke off: chunks are missing, or none came for `--timeout`; ApiError when the server refuses
 */
export async function takeSnapshot(
  api: JetStreamApi,
  stream: string,
  path: string,
  {consumers, check, chunkSize = CHUNK_BYTES, windowSize = WINDOW_BYTES}: SnapshotOptions,
  hooks: SnapshotHooks = {},
): Promise<Snapshot> {
  const request = {
    deliver_subject: createInbox(inboxPrefix(api.connection)),
    ...(consumers ? {} : {no_consumers: true}),
    ...(check ? {jsck: true} : {}),
    chunk_size: chunkSize,
    window_size: windowSize,
  }
  const file = await open(path, 'w')
  const incoming = new Incoming(api, file, hooks)
  const unwatch = watchLife(api.connection, {lost: () => incoming.fail(new TransferError('the connection was lost'))})
  const subscription = api.connection.subscribe(request.deliver_subject, {callback: incoming.take})
  try {
    const unwatchLeader = check ? watchLeader(api, stream, incoming.fail) : () => {}
    const answer = await Promise.race([
      api.request(`STREAM.SNAPSHOT.${stream}`, request, check ? CHECK_MS : undefined),
      incoming.over.then(() => Promise.reject(new TransferError('the server sent nothing'))),
    ]).finally(unwatchLeader)
    const {config, state} = readStreamInfo(answer)
    hooks.begun?.({config, state})
    incoming.expect()
    await incoming.over
    const {meter, chunks} = incoming
    return {config, state, archive: meter.end(), chunks, unpacked: meter.unpacked}
  } catch (error) {
    // The words of older servers.
    if (error instanceof ApiError && error.description.includes('no impl'))
      throw new UnsupportedError('this server cannot save streams in memory', {cause: error})
    throw error
  } finally {
    unwatch()
    subscription.unsubscribe()
    incoming.stop()
    await incoming.idle()
    await file.close()
  }
}

/**
 * The server looks through all messages before it answers, which can take hours. Meanwhile it is asked now and then whether the
 * stream still has the leader that does so; the returned function ends that.
 */
function watchLeader(api: JetStreamApi, stream: string, fail: (error: Error) => void): () => void {
  let first: unknown
  const timer = setInterval(async () => {
    try {
      const {cluster} = await api.request(`STREAM.INFO.${stream}`)
      const leader = isObject(cluster) ? cluster.leader : undefined
      first ??= leader
      if (leader !== first) fail(new TransferError('the stream has another leader'))
    } catch (error) {
      fail(new TransferError(`the stream cannot be reached: ${(error as Error).message}`, {cause: error}))
    }
  }, api.timeout)
  return () => clearInterval(timer)
}

/** What comes of one snapshot. */
class Incoming {
  readonly meter = new ArchiveMeter()
  chunks = 0
  /** Resolves when all is written. */
  readonly over: Promise<void>
  readonly fail: (error: Error) => void
  private finish!: () => void
  private readonly api: JetStreamApi
  private readonly file: FileHandle
  private readonly hooks: SnapshotHooks
  private readonly writes = new Set<Promise<void>>()
  private unwritten = 0
  private complete = false
  private stopped = false
  private timer: NodeJS.Timeout | undefined

  constructor(api: JetStreamApi, file: FileHandle, hooks: SnapshotHooks) {
    this.api = api
    this.file = file
    this.hooks = hooks
    let reject!: (error: Error) => void
    this.over = new Promise((resolve, refuse) => {
      this.finish = resolve
      reject = refuse
    })
    this.over.catch(() => {})
    this.fail = (error) => {
      this.stopped = true
      reject(error)
    }
  }

  /** From now on something must come every `--timeout`. */
  expect(): void {
    const {timeout} = this.api
    this.timer = setTimeout(() => this.fail(new TransferError(`nothing came for ${duration(timeout)}`)), timeout)
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.writes)
  }

  take = (error: Error | null, msg: Msg): void => {
    if (this.stopped || this.complete) return
    this.timer?.refresh()
    try {
      if (error) throw error
      if (msg.data.length === 0) this.end(msg)
      else this.chunk(msg)
    } catch (thrown) {
      this.fail(thrown as Error)
    }
  }

  /** The subject that acknowledges a chunk ends with its size and number; the last one, which may be short, asks for no such thing. */
  private chunk({data, reply}: Msg): void {
    const number = ++this.chunks
    if (reply && !reply.endsWith(`.${data.length}.${number}`)) throw new TransferError('chunks were lost on the way')
    const position = this.meter.size
    this.meter.update(data)
    this.hooks.progress?.(this.meter)
    const acknowledge = () => {
      if (reply && !this.stopped) this.api.connection.publish(reply)
    }
    // The disk and the network work side by side as long as the disk keeps up.
    const behind = this.unwritten > WINDOW_BYTES
    if (!behind) acknowledge()
    this.unwritten += data.length
    const write = this.write(data, position).then(() => {
      this.unwritten -= data.length
      this.writes.delete(write)
      if (behind) acknowledge()
      this.settle()
    }, this.fail)
    this.writes.add(write)
  }

  private async write(data: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const {bytesWritten} = await this.file.write(data, done, data.length - done, position + done)
      done += bytesWritten
    }
  }

  private end({headers}: Msg): void {
    if (headers && headers.code >= 300)
      throw new TransferError(`the server broke off: ${headers.description || headers.code}`)
    this.complete = true
    this.settle()
  }

  private settle(): void {
    if (this.complete && this.writes.size === 0) this.finish()
  }
}
