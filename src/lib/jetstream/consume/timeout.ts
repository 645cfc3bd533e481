import {CliError, ExitCode} from '../../errors.ts'
import {duration, number} from '../../output/human.ts'
import {type ConsumerInfo, consumerWarnings} from '../consumer-info.ts'

type Late = {
  received: number
  count: number
  /** Milliseconds. */
  timeout: number
  /** The consumer as it is now; undefined when nobody tells. */
  info: ConsumerInfo | undefined
}

/** Messages did not come in time: what is known of why. */
export function lateError({received, count, timeout, info}: Late): CliError {
  const time = duration(timeout)
  const message =
    received > 0
      ? `only ${number(received)} of ${number(count)} messages came, and none for ${time}`
      : `no message came within ${time}`
  return new CliError(message, {exitCode: ExitCode.Timeout, hint: reasonOf(info)})
}

function reasonOf(info: ConsumerInfo | undefined): string {
  if (!info) return 'the consumer does not answer either: it may have no leader'
  const [warning] = consumerWarnings(info)
  if (warning) return `consumer ${info.stream_name} > ${info.name} ${warning}`
  if ((info.num_pending ?? 0) === 0) return 'the consumer has delivered all there is; --timeout waits longer'
  return 'raise --timeout to wait longer'
}
