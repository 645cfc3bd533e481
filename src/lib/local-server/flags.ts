import {UsageError} from '../errors.ts'
import {Flags, valueFlag} from '../flags.ts'
import {parseDuration} from '../units.ts'

const whole = (text: string) => (/^\d+$/.test(text) ? Number(text) : Number.NaN)

export const portFlag = valueFlag('PORT', 'a port; give a number from 1 to 65535, or 0 for a free one', (text) =>
  whole(text) <= 65535 ? whole(text) : undefined,
)

const clusterSize = valueFlag('N', 'a size of a cluster; give a number from 2 up, for example 3', (text) =>
  whole(text) >= 2 ? whole(text) : undefined,
)

/** The flags of `nats server run` and `nats server exec`. */
export const serverFlags = {
  jetstream: Flags.boolean({summary: 'Switch JetStream on'}),
  'store-dir': Flags.string({
    helpValue: 'FOLDER',
    summary: 'Keep the data of JetStream here; without it the data goes with the server',
  }),
  config: Flags.string({helpValue: 'FILE', summary: 'Configuration file of nats-server'}),
  cluster: clusterSize({summary: 'Start a cluster of N servers, with JetStream'}),
  'http-port': portFlag({summary: 'Serve the monitoring pages on this port, 0 for a free one'}),
  name: Flags.string({helpValue: 'NAME', summary: 'Name of the server; those of a cluster are NAME-1, NAME-2, …'}),
  binary: Flags.string({helpValue: 'FILE', summary: 'The nats-server to run [env: NATS_SERVER_BIN]'}),
  install: Flags.boolean({
    summary: 'Install nats-server without asking if there is none [env: NATS_SERVER_INSTALL=1]',
  }),
}

/** Milliseconds that a download may stand still: --timeout, which no context sets. */
export function stallTimeout({timeout}: {timeout?: string}): number {
  const text = timeout ?? process.env.NATS_TIMEOUT ?? '5s'
  const value = parseDuration(text)
  if (value === undefined) throw new UsageError(`--timeout: ${JSON.stringify(text)} is not a duration`)
  return value
}
