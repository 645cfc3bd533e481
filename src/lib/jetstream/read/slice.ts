import type {Frame} from '../../wire/scanner.ts'
import type {JetStreamApi} from '../api.ts'
import type {Delivered} from './delivery.ts'
import {getMessage} from './get.ts'
import type {Start} from './position.ts'
import {streamState} from './start.ts'

/** A part of a stream. */
export type Slice = {
  stream: string
  /** Subjects, wildcards allowed; all messages when empty. */
  subjects: string[]
  start: Start
  /** The last sequence wanted; reading ends there, or before it when nothing is left. Absent: it never ends on its own. */
  end?: number
  /** Messages stored after this time, in milliseconds since the epoch, are not wanted. */
  until?: number
}

/** Where the messages go. The frame is valid during the call only. */
export interface Sink {
  /** Returns true when it wants no more. */
  message(frame: Frame, delivered: Delivered): boolean
  /** All that came with one read from the socket has been told. */
  chunk?(): void
  /** Says to wait before more is received, and until when. */
  readonly busy?: Promise<void> | undefined
}

/** Whether a message lies behind the end of the slice. */
export function isBehind({end, until}: Slice, delivered: Delivered): boolean {
  return (end !== undefined && delivered.sequence > end) || (until !== undefined && delivered.time > until)
}

/**
 * Whether nothing of the slice is left behind `position`, the newest sequence read (0 for none). It is the leader that says so:
 * the server that delivers may not have all yet.
 */
export async function reachedEnd(api: JetStreamApi, slice: Slice, position: number): Promise<boolean> {
  const {stream, start, end = Infinity} = slice
  const subjects = slice.subjects.length > 0 ? slice.subjects : ['>']
  if (position === 0 && 'time' in start) {
    if ((await streamState(api, stream)).lastTime < start.time) return true
    const newest = await Promise.all(subjects.map((subject) => getMessage(api, stream, {last_by_subj: subject})))
    return newest.every((message) => !message || Date.parse(message.time) < start.time)
  }
  const seq = position > 0 ? position + 1 : Math.max(1, 'sequence' in start ? start.sequence : 1)
  const next = await Promise.all(subjects.map((subject) => getMessage(api, stream, {seq, next_by_subj: subject})))
  return next.every((message) => !message || message.seq > end)
}
