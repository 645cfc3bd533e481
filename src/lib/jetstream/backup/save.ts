import {bytes, duration} from '../../output/human.ts'
import type {JetStreamApi} from '../api.ts'
import type {ArchiveMark} from './archive.ts'
import {PendingBackup} from './folder.ts'
import {type SnapshotHooks, type SnapshotOptions, TransferError, takeSnapshot} from './snapshot.ts'

/** A snapshot that breaks off is taken again from its beginning, so often in all. */
const ATTEMPTS = 3
/** Time for a new connection, or a new leader, in milliseconds. */
const PAUSE_MS = 1000

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
        if (!(error instanceof TransferError) || attempt === ATTEMPTS || api.connection.isClosed()) throw error
        hooks.warn(`The backup of ${stream} broke off, it begins again: ${error.message}`)
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
  } catch (error) {
    backup.abandon()
    throw error
  }
}

export function renderSaved({stream, size, chunks, elapsed, uncompressed}: Saved): string {
  const received = `Received ${bytes(size)} compressed data in ${chunks} chunks for stream "${stream}"`
  return `${received} in ${duration(elapsed / 1e6)}, ${bytes(uncompressed)} uncompressed`
}
