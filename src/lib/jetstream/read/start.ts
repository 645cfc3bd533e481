import {CliError} from '../../errors.ts'
import {isObject, type JetStreamApi} from '../api.ts'
import {createConsumer, isQueueRefusal, removeConsumer} from './consumer.ts'

/** State of a stream as its leader knows it, as far as reading needs it. Times are in milliseconds since the epoch. */
export type StreamState = {messages: number; firstSequence: number; lastSequence: number; lastTime: number}

/** @throws ApiError when there is no such stream */
export async function streamState(api: JetStreamApi, stream: string): Promise<StreamState> {
  const {state} = await api.request(`STREAM.INFO.${stream}`)
  const {messages, first_seq, last_seq, last_ts} = isObject(state) ? state : {}
  return {
    messages: Number(messages) || 0,
    firstSequence: Number(first_seq) || 0,
    lastSequence: Number(last_seq) || 0,
    lastTime: Date.parse(String(last_ts)) || 0,
  }
}

/**
 * The sequence from which on there are the newest `last` messages on the subjects (on all, if none are named); the first one
 * where there are fewer.
 */
export async function startOfLast(
  api: JetStreamApi,
  stream: string,
  subjects: string[],
  last: number,
  {messages, firstSequence, lastSequence}: StreamState,
): Promise<number> {
  const beyond = lastSequence + 1
  const whole = messages === beyond - firstSequence
  if (last === 0 || (whole && subjects.length === 0)) return Math.max(firstSequence, beyond - last)

  // Whatever is stored while this goes on counts on both sides.
  const countFrom = async (sequence: number) =>
    (await pendingFrom(api, stream, subjects, sequence)) - (await pendingFrom(api, stream, subjects, beyond))
  // So many sequences back are at most so many messages: go on in leaps, then halve the last one.
  let tooFew = beyond
  let enough = firstSequence
  for (let back = last; beyond - back > enough; back *= 4) {
    if ((await countFrom(beyond - back)) < last) tooFew = beyond - back
    else enough = beyond - back
  }
  while (tooFew - enough > 1) {
    const middle = Math.floor((enough + tooFew) / 2)
    if ((await countFrom(middle)) < last) tooFew = middle
    else enough = middle
  }
  return enough
}

/** How many messages there are from a sequence on: what a consumer that began there would have before it. */
async function pendingFrom(api: JetStreamApi, stream: string, subjects: string[], sequence: number): Promise<number> {
  const {name, pending} = await createConsumer(api, {stream, subjects, start: {sequence}}).catch((error) => {
    if (!isQueueRefusal(error)) throw error
    throw new CliError('--last cannot count the messages of a work queue', {hint: 'give --from a sequence or time'})
  })
  await removeConsumer(api, stream, name)
  return pending
}
