import {bytes, duration, number} from '../output/human.ts'
import {ApiError} from './api-error.ts'
import {clusterWarnings} from './cluster-info.ts'
import type {StreamInfo} from './stream.ts'

/** From this share of a limit on it is worth a warning. */
const NEAR = 0.9
/** A mirror or source that was not heard of for so long is stalled: the server checks each some seconds. */
const STALLED_MS = 30_000

/** What is wrong with a stream, or will be soon, in words for whoever is on call. Nothing for a healthy one. */
export function streamWarnings(info: StreamInfo): string[] {
  return [...clusterWarnings(info.cluster), ...nearLimits(info), ...replication(info), ...lost(info)]
}

function nearLimits({config, state}: StreamInfo): string[] {
  // A stream that drops its oldest messages stands at its limit all its life. It matters where messages are then
  // refused, or lost before they were worked on.
  const refuses = config.discard === 'new'
  const drops = config.retention === 'workqueue' || config.retention === 'interest'
  const effect = refuses ? 'new messages are refused at the limit' : 'unprocessed messages are dropped at the limit'
  const near = (used: number, max: number | undefined) => max !== undefined && max > 0 && used >= max * NEAR
  const share = (used: number, max: number) => `${Math.floor((used / max) * 100)}%`
  const {max_msgs: messages, max_bytes: size, max_consumers: consumers} = config
  const warnings: string[] = []
  if ((refuses || drops) && near(state.messages, messages))
    warnings.push(`has ${share(state.messages, messages!)} of its ${number(messages!)} messages; ${effect}`)
  if ((refuses || drops) && near(state.bytes, size))
    warnings.push(`has ${share(state.bytes, size!)} of its ${bytes(size!)}; ${effect}`)
  if (consumers && consumers > 0 && state.consumer_count >= consumers)
    warnings.push(`has all of the ${number(consumers)} consumers that it allows`)
  return warnings
}

function replication({mirror, sources}: StreamInfo): string[] {
  return [...(mirror ? [mirror] : []), ...(sources ?? [])].flatMap(({name, error, lag = 0, active = -1}) => {
    if (error) return [`cannot copy from ${name}: ${new ApiError(error).description}`]
    const silent = active / 1e6
    const behind = lag > 0 ? `, ${number(lag)} messages behind` : ''
    if (silent > STALLED_MS)
      return [`${name} was not heard of for ${duration(Math.round(silent / 1000) * 1000)}${behind}`]
    return active < 0 && lag > 0 ? [`${name} was never heard of${behind}`] : []
  })
}

function lost({state}: StreamInfo): string[] {
  const count = state.lost?.msgs?.length ?? 0
  return count > 0 ? [`${number(count)} messages are lost from its storage`] : []
}
