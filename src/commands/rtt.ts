import {NatsCommand} from '../lib/command.ts'
import {type AddressResult, addressesOf, addressUrl, measureRoundTrips} from '../lib/connection/rtt.ts'
import {type Server, urlOf} from '../lib/connection/servers.ts'
import type {Settings} from '../lib/connection/settings.ts'
import {CliError, describeError, ExitCode, UsageError} from '../lib/errors.ts'
import {countArg} from '../lib/flags.ts'
import {duration} from '../lib/output/human.ts'

export default class Rtt extends NatsCommand {
  static override summary = 'Measure the round trip time to each address of each server'

  static override description =
    `Each address is connected to and asked so many times; the figure is the mean. It fails when no server answers, and with exit code 9 when some do not.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 100 --server n1.example.net,n2.example.net --json',
  ]

  static override args = {
    iterations: countArg({description: 'Round trips to measure', default: 5}),
  }

  /** The first one. */
  private failure?: unknown

  async run() {
    const {args} = await this.parse(Rtt)
    const {iterations} = args
    if (iterations < 1) throw new UsageError('iterations: at least 1 is needed')
    const settings = await this.settings()

    const servers = settings.server.value
    const result: {url: string; results: AddressResult[]}[] = []
    for (const server of servers) {
      this.log(`${urlOf(server)}:\n`)
      const results: AddressResult[] = []
      for (const one of await addressesOf(server, settings)) results.push(await this.measure(one, settings, iterations))
      this.log()
      result.push({url: urlOf(server), results})
    }

    const silent = result.filter(({results}) => results.every((one) => 'error' in one))
    if (silent.length === 0) return result
    if (silent.length < servers.length) {
      const message = `${silent.length} of ${servers.length} servers did not answer`
      throw new CliError(message, {exitCode: ExitCode.Partial, result})
    }
    const {message, exitCode, hint} = describeError(this.failure)
    throw new CliError(servers.length > 1 ? 'no server answered' : message, {exitCode, hint, result})
  }

  private async measure(server: Server, settings: Settings, iterations: number): Promise<AddressResult> {
    const address = addressUrl(server)
    const time = new Date().toISOString()
    try {
      const measured = await measureRoundTrips(server, settings, iterations, (text) => this.warn(text))
      const [rtt, min, max, stddev] = [measured.rtt, measured.min, measured.max, measured.stddev].map(human)
      this.log(`   ${address}: ${rtt} (min ${min}, max ${max}, stddev ${stddev} of ${iterations})`)
      return {time, address, url: address, ...measured}
    } catch (error) {
      if (error instanceof UsageError) throw error
      const {message} = describeError(error)
      this.failure ??= error
      this.log(`   ${address}: failed`)
      this.warn(`Failed to compute rtt for ${address}: ${message}`)
      return {time, address, error: message}
    }
  }
}

const human = (nanoseconds: number) => duration(nanoseconds / 1e6)
