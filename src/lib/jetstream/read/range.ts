import {count, Flags} from '../../flags.ts'
import type {JetStreamApi} from '../api.ts'
import {type Position, parsePosition} from './position.ts'
import type {Slice} from './slice.ts'
import {startOfLast, streamState} from './start.ts'

const position = Flags.custom<Position>({
  helpValue: 'SEQUENCE|TIME',
  parse: async (text, _context, {name}) => parsePosition(text, `--${name}`),
})

/** Flags that say which part of a stream a command reads. */
export const rangeFlags = {
  subject: Flags.string({
    ...{helpValue: 'SUBJECT', multiple: true, multipleNonGreedy: true},
    summary: 'Only messages on this subject (wildcards allowed, repeatable)',
  }),
  from: position({summary: 'Begin at this sequence or time: 1042, 2026-11-21T21:16:59Z, "2026-11-21 21:16", 2h (ago)'}),
  to: position({summary: 'End with this sequence or time'}),
  last: count({summary: 'Only the newest so many', exclusive: ['from', 'to']}),
  follow: Flags.boolean({summary: 'Go on with what is stored from now on', exclusive: ['to']}),
}

export type Range = {subject?: string[]; from?: Position; to?: Position; last?: number; follow?: boolean}

/**
 * Turns what the user asked for into a part of the stream, as it is at this moment; undefined when there is nothing in it.
 *
 * @throws ApiError when there is no such stream
 */
export async function sliceOf(api: JetStreamApi, stream: string, range: Range): Promise<Slice | undefined> {
  const {subject: subjects = [], from, to, last, follow} = range
  const state = await streamState(api, stream)
  const start =
    last === undefined
      ? (from ?? {sequence: state.firstSequence})
      : {sequence: await startOfLast(api, stream, subjects, last, state)}
  const until = to && 'time' in to ? to.time : undefined
  if (follow) return {stream, subjects, start}
  const end = to && 'sequence' in to ? Math.min(to.sequence, state.lastSequence) : state.lastSequence
  const empty = state.messages === 0 || ('sequence' in start ? start.sequence > end : start.time > state.lastTime)
  return empty ? undefined : {stream, subjects, start, end, until}
}
