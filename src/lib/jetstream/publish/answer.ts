import {CliError, describeError, ExitCode} from '../../errors.ts'
import type {Frame} from '../../wire/scanner.ts'
import {isObject} from '../api.ts'
import {ApiError} from '../api-error.ts'

/** The acknowledgement of a stream (ADR-1, ADR-22; batches: ADR-50), as it came. */
export type PubAck = {
  stream: string
  seq: number
  /** The stream had a message with this id before; `seq` is that one's. */
  duplicate?: boolean
  domain?: string
  /** Of the last message of an atomic batch: its id, and how many messages it has. */
  batch?: string
  count?: number
}

/**
 * What came back for a message. `untaken` is sure not to be stored and may be stored later: nobody listened, or the stream has
 * no leader or too much to do. `refused` is not stored, and will not be. `accepted` waits for the rest of its atomic batch.
 */
export type Answer =
  | {kind: 'stored'; ack: PubAck}
  | {kind: 'accepted'}
  | {kind: 'untaken'; error?: CliError}
  | {kind: 'refused'; error: CliError}

/** "JetStream system temporarily unavailable", "cannot handle request", "too many requests", "duplicate message id is in process". */
const PASSING = new Set([10008, 10009, 10167, 10158])

export function readAnswer(frame: Frame): Answer {
  const {body} = frame
  if (body.length === 0) {
    const status = /^NATS\/1\.0 (\d+)/.exec(frame.headers.toString('latin1', 0, 32))?.[1]
    if (status === '503') return {kind: 'untaken'}
    return status ? odd(`it is answered with status ${status}`) : {kind: 'accepted'}
  }
  let answer: unknown
  try {
    answer = JSON.parse(body.toString())
  } catch {
    return odd('what answers there is no stream')
  }
  if (!isObject(answer)) return odd('what answers there is no stream')
  if (isObject(answer.error)) {
    const error = new ApiError(answer.error)
    // A leader that lost its place while it took the message says so in words alone.
    const passing = PASSING.has(error.errCode) || (error.code === 503 && error.errCode === 0)
    return {kind: passing ? 'untaken' : 'refused', error}
  }
  if (typeof answer.stream !== 'string' || typeof answer.seq !== 'number') return odd('what answers there is no stream')
  return {kind: 'stored', ack: answer as PubAck}
}

function odd(what: string): Answer {
  return {kind: 'refused', error: new CliError(`cannot tell whether it is stored: ${what}`)}
}

/** Nobody can say whether the message is stored: the answer did not come. */
export class UnknownFate extends CliError {
  readonly why: string

  constructor(why: string, exitCode: number) {
    super(`${why}; it may or may not be stored`, {
      exitCode,
      hint: 'messages with an id of their own (-H "Nats-Msg-Id:{{ID}}") are sent again, and stored once',
    })
    this.why = why
  }
}

/** The message was not taken, or its answer was lost, and a later one is stored: sent again it would stand after that. */
export class PassedOver extends CliError {
  constructor({unknown, error}: {unknown?: UnknownFate; error?: CliError}) {
    super(`${unknown?.why ?? error?.message ?? 'nobody took it'}, and later messages are stored already`, {
      exitCode: unknown?.exitCode ?? ExitCode.NoResponders,
      hint: 'the stream changed its leader; --keep-going sends such messages again, out of order',
    })
  }
}

/** The server did not permit something, as nats.js tells it. */
export type Denial = Error & {operation?: string; subject?: string}

/** What the user is told of it. */
export function notPermitted(denial: Denial): CliError {
  const {message, hint, exitCode} = describeError(denial)
  return new CliError(message, {hint, exitCode, cause: denial})
}

/** Nobody took the message: there is no stream for it, or it has no leader. */
export function nobodyTook(subject: string, exists: boolean): CliError {
  const message = exists ? `the stream of "${subject}" does not answer` : `no stream takes "${subject}"`
  const hint = exists
    ? 'it has no leader, or loses it now; raise --timeout to wait longer, and see `nats stream info`'
    : 'create one with `nats stream add`, or publish without --jetstream'
  return new CliError(message, {exitCode: ExitCode.NoResponders, hint})
}
