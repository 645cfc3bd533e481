import {UsageError} from '../../errors.ts'
import type {JetStreamApi} from '../../jetstream/api.ts'
import {Pull} from '../../jetstream/consume/pull.ts'
import {Push} from '../../jetstream/consume/push.ts'
import {isPush} from '../../jetstream/consumer-config/config.ts'
import type {ConsumerInfo} from '../../jetstream/consumer-info.ts'
import {consumerInfo} from '../../jetstream/consumers.ts'
import type {Delivered} from '../../jetstream/read/delivery.ts'
import type {Frame} from '../../wire/scanner.ts'
import type {Intake} from './intake.ts'

/** How often a consumer is asked whether it has anything left. */
const LOOK_MS = 500

export type DurableOptions = {
  /** End after so many messages; 0 for never. */
  count: number
  /** End when the consumer has nothing left. */
  terminateAtEnd?: boolean
  /** Take one message after the other, as whatever is done with each takes time. */
  oneByOne?: boolean
  warn: (text: string) => void
}

/** Whether the messages of a consumer are to be acknowledged one by one, or up to one. */
const wantsAcknowledgements = ({config}: ConsumerInfo) => ['explicit', 'all'].includes(config.ack_policy ?? '')

/** @throws UsageError for --ack with a consumer that has no use for acknowledgements */
export function checkAcknowledgement(info: ConsumerInfo, ack: boolean | undefined): void {
  const {stream_name: stream, name, config} = info
  if (ack && !wantsAcknowledgements(info))
    throw new UsageError(
      `--ack and the consumer ${stream} > ${name} contradict each other: its ack policy is ${config.ack_policy}`,
      'leave out --ack',
    )
}

/** What is taken from a consumer, and what becomes of it, in words for the user. */
export function describeDurable(info: ConsumerInfo, ack: boolean | undefined): string {
  const {stream_name: stream, name, config} = info
  const silence = 'messages are not acknowledged, and will be delivered again (--ack acknowledges them)'
  const outcome = ack ? 'messages are acknowledged' : ack === undefined ? silence : 'messages are not acknowledged'
  const kind = isPush(config) ? 'push' : 'pull'
  return `Subscribing to ${kind} consumer ${stream} > ${name}${wantsAcknowledgements(info) ? `: ${outcome}` : ''}`
}

/**
 * Takes in what an existing consumer delivers, until the intake has enough.
 *
 * @throws NotFoundError when the consumer is deleted meanwhile
 */
export async function readDurable(
  api: JetStreamApi,
  info: ConsumerInfo,
  intake: Intake,
  {count, terminateAtEnd, oneByOne, warn}: DurableOptions,
): Promise<void> {
  if (terminateAtEnd && !info.num_pending) return
  const taker = {
    message: (frame: Frame, delivery: Delivered) => {
      if (!intake.message(frame, delivery) && terminateAtEnd && delivery.pending === 0) intake.finish()
    },
    chunk: () => {
      intake.chunk()
      return intake.working
    },
    // Whoever acknowledges sees to that.
    renewed: () => {},
  }
  const stopLooking = terminateAtEnd ? endWhenEmpty(api, info, intake) : undefined
  try {
    if (isPush(info.config)) await new Push(api, info, taker).run(intake.signal)
    else {
      const limits = {count: count || Infinity, timeout: Infinity, batch: oneByOne ? 1 : undefined}
      await new Pull(api, info, taker, {...limits, interrupt: intake.signal, warn}).run()
    }
  } finally {
    stopLooking?.()
  }
}

/** The last message may have gone to another client of the consumer, so it is asked as well, until the returned function is called. */
function endWhenEmpty(api: JetStreamApi, {stream_name, name}: ConsumerInfo, intake: Intake): () => void {
  let before = intake.received
  let empty = 0
  const look = async () => {
    // Whoever takes the messages sees to a consumer that is gone.
    const info = await consumerInfo(api, stream_name, name).catch(() => undefined)
    empty = info && !info.num_pending && intake.received === before ? empty + 1 : 0
    before = intake.received
    // Once may be while a message is on its way.
    if (empty > 1) intake.finish()
  }
  const timer = setInterval(look, LOOK_MS)
  return () => clearInterval(timer)
}
