import {UsageError} from '../../errors.ts'

/**
 * Waits before each redelivery that grow by equal amounts: `steps` of them, beginning at `min` and staying below `max`,
 * as the reference client makes them. Takes and gives any one unit; a min above max is swapped with it.
 *
 * @throws UsageError without a step
 */
export function linearBackoff(steps: number, min: number, max: number): number[] {
  if (steps < 1) throw new UsageError('--backoff-steps: 0 is not a number of steps; give 1 or more')
  const [low, high] = min <= max ? [min, max] : [max, min]
  const step = Math.trunc((high - low) / steps)
  return Array.from({length: steps}, (_, i) => low + i * step)
}
