import {setTimeout as delay} from 'node:timers/promises'
import {CliError, ExitCode} from '../../errors.ts'
import {bytes, duration} from '../../output/human.ts'
import type {JetStreamApi} from '../api.ts'
import {isNotFound} from '../api-error.ts'
import {streamInfo} from '../stream.ts'
import type {ArchiveMark} from './archive.ts'
import {PendingBackup} from './folder.ts'
import {type SnapshotHooks, type SnapshotOptions, TransferError, takeSnapshot} from './snapshot.ts'

/** A snapshot that breaks off is taken again from its beginning, so often in all. */
const ATTEMPTS = 3
/** How long a stream may be without a leader, or out of reach, in milliseconds. */
const GIVE_UP_MS = 60_000
const PAUSE_MS = 250

/** A backup that was made. Sizes are in bytes, `elapsed` is in nanoseconds. */
export type Saved = ArchiveMark & {
  stream: string
  folder: string
  messages: number
  uncompressed: number
  chunks: number
  elapsed: number
}

export type SaveHooks = SnapshotHooks & {
  /** Told why it must begin again. */
  warn(text: string): void
}

/**
 * Backs up one stream into a folder. When this fails there is no backup in the folder, or the one that was there before.
 */
export async function saveStream(
  api: JetStreamApi,
  stream: string,
  folder: string,
  options: SnapshotOptions,
  hooks: SaveHooks,
): Promise<Saved> {
  const started = performance.now()
  const backup = new PendingBackup(folder)
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const snapshot = await takeSnapshot(api, stream, backup.partialPath, options, hooks)
        const {config, state, archive, unpacked: uncompressed, chunks} = snapshot
        backup.complete({config, state, archive})
        const elapsed = Math.round((performance.now() - started) * 1e6)
        return {stream, folder, messages: state.messages, ...archive, uncompressed, chunks, elapsed}
      } catch (error) {
        if (!(error instanceof TransferError) || attempt === ATTEMPTS) throw error
        hooks.warn(`The backup of ${stream} broke off, it begins again: ${error.message}`)
        await untilReachable(api, stream)
      }
    }
  } catch (error) {
    backup.abandon()
    throw error
  }
}

/** Waits until a stream has a leader that answers. @throws what it answered last, when that takes too long */
async function untilReachable(api: JetStreamApi, stream: string): Promise<void> {
  for (const end = performance.now() + GIVE_UP_MS; ; await delay(PAUSE_MS)) {
    try {
      const {cluster} = await streamInfo(api, stream)
      if (!cluster || cluster.leader) return
      if (performance.now() > end) throw new CliError(`${stream} has no leader`, {exitCode: ExitCode.Timeout})
    } catch (error) {
      if (isNotFound(error) || api.connection.isClosed() || performance.now() > end) throw error
    }
  }
}

export function renderSaved({stream, size, chunks, elapsed, uncompressed}: Saved): string {
  const received = `Received ${bytes(size)} compressed data in ${chunks} chunks for stream "${stream}"`
  return `${received} in ${duration(elapsed / 1e6)}, ${bytes(uncompressed)} uncompressed`
}
