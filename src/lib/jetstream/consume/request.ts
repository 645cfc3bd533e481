import type {ConsumerConfig} from '../consumer-config/config.ts'

/** Messages of one request: as many as hide the round trips, and few enough to be worked on before they are due again. */
const BATCH = 5000
/** Bytes of one request, beside one message of any size: what may wait in memory. */
const BYTES = 16 * 1024 * 1024
const HEARTBEAT_MS = 500
/** Whoever waits longer asks again. */
const LONGEST_MS = 30_000
/** The server refuses heartbeats that are more than half of the whole time. */
const LEAST_BEATS = 2

export type PullRequest = {
  /** As the API has it (ADR-37): durations in nanoseconds. */
  body: {batch: number; expires: number; max_bytes: number; idle_heartbeat?: number; group?: string}
  /** Milliseconds without a sign of life after which the request must be lost. */
  patience: number
}

/**
 * What to ask a consumer for next, within the limits that it sets.
 *
 * @param wanted messages still to be taken
 * @param left milliseconds that they may take, perhaps Infinity
 * @param maxPayload the largest message of the server, in bytes
 */
export function pullRequest(config: ConsumerConfig, wanted: number, left: number, maxPayload: number): PullRequest {
  const milliseconds = Math.max(1, Math.floor(atMost(Math.min(left, LONGEST_MS), (config.max_expires ?? 0) / 1e6)))
  const heartbeat = milliseconds >= HEARTBEAT_MS * LEAST_BEATS ? HEARTBEAT_MS : undefined
  const [group] = config.priority_groups ?? []
  return {
    body: {
      batch: atMost(Math.min(wanted, BATCH), config.max_batch),
      expires: milliseconds * 1e6,
      max_bytes: atMost(BYTES + 2 * maxPayload, config.max_bytes),
      ...(heartbeat ? {idle_heartbeat: heartbeat * 1e6} : {}),
      ...(group ? {group} : {}),
    },
    patience: heartbeat ? 3 * heartbeat : milliseconds + 2 * HEARTBEAT_MS,
  }
}

/** 0, or nothing, is no limit. */
const atMost = (value: number, limit = 0) => (limit > 0 ? Math.min(value, limit) : value)
