import {lookup} from 'node:dns/promises'
import {isIP} from 'node:net'
import {closeConnection, openConnection} from './connect.ts'
import {flushWithin} from './flush.ts'
import {type Server, urlOf} from './servers.ts'
import type {Settings} from './settings.ts'

/** Round trips to one address of a server, in nanoseconds. `rtt` is their mean. */
export type RoundTrips = {rtt: number; min: number; max: number; stddev: number; iterations: number}

/** What was measured of one address, or why it could not be. The names are the reference client's. */
export type AddressResult = {time: string; address: string} & (({url: string} & RoundTrips) | {error: string})

/**
 * The same server once for each address that its name has; as it is when it has one, when a proxy is to resolve it, and
 * when it cannot be resolved, which connecting to it tells better.
 */
export async function addressesOf(server: Server, settings: Settings): Promise<Server[]> {
  if (isIP(server.host) || settings['socks-proxy']) return [server]
  const found = await lookup(server.host, {all: true}).catch(() => [])
  return found.length > 0 ? found.map(({address}) => ({...server, address})) : [server]
}

/**
 * Connects to a server and measures how long it takes to answer, `iterations` times.
 *
 * @throws CliError when it cannot be reached or does not answer in time
 */
export async function measureRoundTrips(
  server: Server,
  settings: Settings,
  iterations: number,
  warn: (text: string) => void,
): Promise<RoundTrips> {
  const only = {...settings, server: {...settings.server, value: [server]}}
  const connection = await openConnection(only, {warn})
  try {
    // The first one finds code that has not run and windows that are not open.
    await flushWithin(connection, settings.timeout.value)
    const samples: number[] = []
    while (samples.length < iterations) {
      const started = performance.now()
      await flushWithin(connection, settings.timeout.value)
      samples.push((performance.now() - started) * 1e6)
    }
    return statistics(samples)
  } finally {
    await closeConnection(connection)
  }
}

/** Mean, extremes and standard deviation of samples in nanoseconds, of which there is at least one. */
export function statistics(samples: number[]): RoundTrips {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length
  return {
    rtt: Math.round(mean),
    min: Math.round(Math.min(...samples)),
    max: Math.round(Math.max(...samples)),
    stddev: Math.round(Math.sqrt(variance)),
    iterations: samples.length,
  }
}

/** The URL of the address that a server of `addressesOf` stands for. */
export const addressUrl = (server: Server): string => urlOf({...server, host: server.address ?? server.host})
