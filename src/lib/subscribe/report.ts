import {bytes, number} from '../output/human.ts'
import {write} from '../output/stdout.ts'
import {renderTable} from '../output/table.ts'
import type {Frame} from '../wire/scanner.ts'
import type {Sink} from './receive.ts'

const REDRAW_MS = 1000
const CLEAR = '\u001b[2J\u001b[H'
/** Subjects beyond so many are counted together, so that memory stays flat when every message has its own. */
const MOST_SUBJECTS = 200_000

type Count = {subject: string; messages: number; bytes: number}

/** What the report says, as `--json` shows it. */
export type ReportResult = {subjects: Count[]; total: {subjects: number; messages: number; bytes: number}}

export type ReportOptions = {
  /** How many subjects to show. */
  top: number
  /** Count by what was subscribed to rather than by the subject of the message. */
  bySubscription: boolean
  /** Draw the table again each second; otherwise it is shown once, at the end. */
  live: boolean
  /** Show no table at all. */
  silent: boolean
  colors?: string
}

/** Counts messages and bytes by subject, and shows those with the most. */
export class Report implements Sink {
  private readonly options: ReportOptions
  private readonly counts = new Map<string, Count>()
  private readonly bySubscription = new Map<number, Count>()
  private readonly others: Count = {subject: 'others', messages: 0, bytes: 0}
  private readonly timer: NodeJS.Timeout | undefined
  private last: Count | undefined
  private lastKey = Buffer.alloc(0)

  constructor(options: ReportOptions) {
    this.options = options
    if (options.live && !options.silent) this.timer = setInterval(() => this.draw(), REDRAW_MS)
  }

  subscribed(id: number, subject: string): void {
    if (this.options.bySubscription) this.bySubscription.set(id, this.add(`${id}`, subject))
  }

  message(frame: Frame): void {
    const count = this.options.bySubscription ? this.bySubscription.get(frame.sid)! : this.ofSubject(frame)
    count.messages++
    count.bytes += frame.end - frame.start
  }

  async end(): Promise<void> {
    clearInterval(this.timer)
    if (!this.options.silent) this.draw()
  }

  get result(): ReportResult {
    const sorted = [...this.counts.values()].sort(
      (a, b) => b.messages - a.messages || b.bytes - a.bytes || (a.subject < b.subject ? -1 : 1),
    )
    const all = this.others.messages > 0 ? [...sorted, this.others] : sorted
    const sum = (of: (count: Count) => number) => all.reduce((total, count) => total + of(count), 0)
    const total = {subjects: sorted.length, messages: sum((c) => c.messages), bytes: sum((c) => c.bytes)}
    return {subjects: sorted.slice(0, this.options.top), total}
  }

  private draw(): void {
    const {top, live, colors} = this.options
    const {subjects, total} = this.result
    const rows = subjects.map((count) => [count.subject, number(count.messages), bytes(count.bytes)])
    const title = top === 1 ? 'Top Subject Report' : `Top ${top} Active Subjects Report`
    const totals = ['Totals', number(total.messages), bytes(total.bytes)]
    const hidden = total.subjects - subjects.length
    if (hidden > 0) {
      const shown = (of: (count: Count) => number) => subjects.reduce((sum, count) => sum + of(count), 0)
      const messages = total.messages - shown((c) => c.messages)
      rows.push([`(${number(hidden)} more)`, number(messages), bytes(total.bytes - shown((c) => c.bytes))])
    }
    const table = renderTable(title, ['Subject', 'Message Count', 'Bytes'], rows, {totals, scheme: colors})
    write(`${live ? CLEAR : ''}${table}\n\n`)
  }

  /** Most messages have the subject of the one before: then no text is made. */
  private ofSubject({chunk, subjectStart, subjectEnd}: Frame): Count {
    if (this.last && chunk.compare(this.lastKey, 0, this.lastKey.length, subjectStart, subjectEnd) === 0)
      return this.last
    const key = chunk.toString('latin1', subjectStart, subjectEnd)
    let count = this.counts.get(key)
    if (!count) {
      if (this.counts.size >= MOST_SUBJECTS) return this.others
      count = this.add(key, chunk.toString('utf8', subjectStart, subjectEnd))
    }
    this.last = count
    this.lastKey = Buffer.from(chunk.subarray(subjectStart, subjectEnd))
    return count
  }

  private add(key: string, subject: string): Count {
    const count = {subject, messages: 0, bytes: 0}
    this.counts.set(key, count)
    return count
  }
}
