import {NatsCommand} from '../../lib/command.ts'
import {UsageError} from '../../lib/errors.ts'
import {pickStream} from '../../lib/jetstream/pick.ts'
import {streamInfo} from '../../lib/jetstream/stream.ts'
import {all, streamArg} from '../../lib/jetstream/stream-flags.ts'
import {plot, plotCapacity} from '../../lib/output/plot.ts'
import {write} from '../../lib/output/stdout.ts'
import {columns, isOutputTerminal, rows} from '../../lib/output/terminal.ts'

const CLEAR = '\u001b[2J\u001b[H'
const INTERVAL_MS = 1000

export default class StreamGraph extends NatsCommand {
  static override summary = 'Draw what a stream holds and how fast it grows, live at a terminal'
  static override examples = ['<%= config.bin %> <%= command.id %> ORDERS']

  static override args = {stream: streamArg}
  static override flags = {all}

  async run() {
    const {args, flags} = await this.parse(StreamGraph)
    if (!isOutputTerminal()) throw new UsageError('a graph can be drawn at a terminal only')
    const api = await this.jetstream()
    const stream = await pickStream(api, args.stream, {all: flags.all})

    const plots: {caption: string; values: number[]}[] = [
      {caption: 'Messages', values: []},
      {caption: 'Messages stored / second', values: []},
      {caption: 'Messages deleted / second', values: []},
    ]
    let before: {at: number; stored: number; deleted: number} | undefined
    while (!this.interrupt.aborted) {
      const {state} = await streamInfo(api, stream)
      const now = {at: performance.now(), stored: state.last_seq, deleted: state.last_seq - state.messages}
      const perSecond = (a: number, b = a) => ((a - b) / (now.at - (before?.at ?? 0))) * 1000
      const samples = [state.messages, perSecond(now.stored, before?.stored), perSecond(now.deleted, before?.deleted)]
      before = now
      const size = {width: columns(), height: Math.floor((rows() - 3) / plots.length) - 1}
      const drawn = plots.map(({caption, values}, i) => {
        values.push(Math.max(0, samples[i]!))
        values.splice(0, values.length - plotCapacity(size.width))
        return plot(values, caption, size)
      })
      write(`${CLEAR}Stream Statistics for ${stream}\n\n${drawn.join('\n\n')}\n`)
      await pause(this.interrupt)
    }
  }
}

/** Waits until the next sample is due, or until it is interrupted. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, INTERVAL_MS)
    signal.addEventListener('abort', done)
  })
}
