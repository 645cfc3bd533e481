import {plot, plotCapacity} from '../output/plot.ts'
import {write} from '../output/stdout.ts'
import {columns, rows} from '../output/terminal.ts'
import type {Frame} from '../wire/scanner.ts'
import type {Sink} from './receive.ts'

const CLEAR = '\u001b[2J\u001b[H'

type Rate = {subject: string; messages: number; history: number[]}

/** A plot of messages a second for each subscription, drawn each second on a terminal. */
export class Graph implements Sink {
  private readonly rates = new Map<number, Rate>()
  private readonly timer: NodeJS.Timeout
  private last = performance.now()

  constructor() {
    this.timer = setInterval(() => this.draw(), 1000)
  }

  subscribed(id: number, subject: string): void {
    this.rates.set(id, {subject, messages: 0, history: []})
  }

  message(frame: Frame): void {
    this.rates.get(frame.sid)!.messages++
  }

  async end(): Promise<void> {
    clearInterval(this.timer)
  }

  private draw(): void {
    const now = performance.now()
    const seconds = (now - this.last) / 1000
    this.last = now
    const size = {width: columns(), height: Math.floor(rows() / this.rates.size) - 2}
    const plots = [...this.rates.values()].map((rate) => {
      rate.history.push(rate.messages / seconds)
      rate.messages = 0
      rate.history = rate.history.slice(-plotCapacity(size.width))
      return plot(rate.history, `${rate.subject} / second`, size)
    })
    write(`${CLEAR}${plots.join('\n\n')}\n\n`)
  }
}
