import {setTimeout as delay} from 'node:timers/promises'
import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {consumerArgs} from '../../lib/jetstream/consumer-flags.ts'
import {ConsumerRates} from '../../lib/jetstream/consumer-rates.ts'
import {consumerInfo, pickBoth} from '../../lib/jetstream/consumers.ts'
import {all} from '../../lib/jetstream/stream-flags.ts'
import {plot, plotCapacity} from '../../lib/output/plot.ts'
import {write} from '../../lib/output/stdout.ts'
import {columns, isOutputTerminal, rows} from '../../lib/output/terminal.ts'

const SAMPLE_MS = 1000
const CLEAR = '\u001b[2J\u001b[H'

export default class ConsumerGraph extends NatsCommand {
  static override summary = 'Plot what a consumer does, once a second, on a terminal'

  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS DISPATCH']

  static override args = consumerArgs

  static override flags = {all}

  async run() {
    const {args, flags} = await this.parse(ConsumerGraph)
    if (!isOutputTerminal()) throw new UsageError('a graph needs a terminal')
    const {interrupt} = this
    const api = await this.jetstream()
    const {stream, consumer} = await pickBoth(api, args, {all: flags.all})
    const rates = new ConsumerRates()

    while (!interrupt.aborted) {
      rates.sample(await consumerInfo(api, stream, consumer))
      const [width, series] = [columns(), rates.series()]
      const height = Math.max(4, Math.floor((rows() - 3) / series.length) - 1)
      const plots = series.map(({title, values}) => plot(values.slice(-plotCapacity(width)), title, {width, height}))
      write(`${CLEAR}Consumer Statistics for ${stream} > ${consumer}\n\n${plots.join('\n\n')}\n`)
      await delay(SAMPLE_MS, undefined, {signal: interrupt}).catch(() => {})
    }
  }
}
