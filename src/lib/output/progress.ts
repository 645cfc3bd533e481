import {duration, bytes as humanBytes, number} from './human.ts'
import {writeError} from './stdout.ts'
import {columns, isErrorTerminal} from './terminal.ts'

const REDRAW_MS = 250

/** A progress bar on stderr. It shows on a terminal only; elsewhere nothing is written. */
export class Progress {
  private readonly started = performance.now()
  private readonly visible = isErrorTerminal()
  private drawn = 0
  private done = 0
  private readonly total: number
  private readonly unit: 'messages' | 'bytes'

  constructor(total: number, unit: 'messages' | 'bytes' = 'messages') {
    this.total = total
    this.unit = unit
  }

  /** Tells how much is done by now, in all. Cheap enough for a hot loop: draws four times a second. */
  update(done: number): void {
    this.done = done
    if (!this.visible) return
    const now = performance.now()
    if (now - this.drawn < REDRAW_MS) return
    this.drawn = now
    writeError(`\r\u001b[K${this.bar()}`)
  }

  /** Takes the bar away, so that the next line begins on a clean one. */
  finish(): void {
    if (this.visible && this.drawn > 0) writeError('\r\u001b[K')
  }

  /** `12 in 251ms; 47/s`, for the status line at the end. */
  summary(): string {
    const elapsed = performance.now() - this.started
    const rate = this.done / (elapsed / 1000)
    return `${this.amount(this.done)} in ${duration(elapsed)}; ${this.amount(Math.round(rate))}/s`
  }

  private amount(value: number): string {
    return this.unit === 'bytes' ? humanBytes(value) : number(value)
  }

  private bar(): string {
    const share = this.total > 0 ? Math.min(1, this.done / this.total) : 1
    const percent = `${(share * 100).toFixed(0).padStart(3)}%`
    const text = ` [${this.summary()}]`
    const width = Math.max(10, Math.min(60, columns() - percent.length - text.length - 4))
    const filled = Math.round(width * share)
    return `${percent} ║${'█'.repeat(filled)}${'░'.repeat(width - filled)}║${text}`
  }
}
