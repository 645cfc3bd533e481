import {CliError, ExitCode} from '../../errors.ts'
import {counted, number} from '../../output/human.ts'

/** What the messages of a run are counted in; undefined when there is but one. */
export type Unit = 'line' | 'record' | 'message' | undefined

/** The messages of a run that were not stored, by their reasons. */
export class Refusals {
  count = 0
  /** The first of them in the order of the input. */
  first?: {number: number; error: CliError}
  private readonly reasons = new Map<string, number[]>()
  private readonly unit: Unit

  constructor(unit: Unit) {
    this.unit = unit
  }

  add(at: number, error: CliError): void {
    this.count++
    if (!this.first || at < this.first.number) this.first = {number: at, error}
    const numbers = this.reasons.get(error.message)
    if (numbers) numbers.push(at)
    else this.reasons.set(error.message, [at])
  }

  /** The reason of one: `line 17: wrong last sequence: 9 (10071)`. */
  text(at: number, {message}: CliError): string {
    return this.unit ? `${this.unit} ${number(at)}: ${message}` : message
  }

  /** One line for each reason: `Not stored: lines 3-5, 7: maximum messages exceeded (10077)`. */
  list(): string[] {
    const list = [...this.reasons].map(([reason, numbers]) => ({reason, numbers: numbers.sort((a, b) => a - b)}))
    list.sort((a, b) => a.numbers[0]! - b.numbers[0]!)
    return list.map(({reason, numbers}) => {
      return `Not stored: ${this.unit}${numbers.length > 1 ? 's' : ''} ${ranges(numbers)}: ${reason}`
    })
  }

  /** The failure of a run that stopped at the first of them. */
  stopped(stored: number): CliError {
    const {error, number: at} = this.first!
    const exitCode = stored > 0 && error.exitCode <= ExitCode.Usage ? ExitCode.Partial : error.exitCode
    return new CliError(this.text(at, error), {exitCode, hint: error.hint, cause: error})
  }

  /** The failure of a run that went on to the end. */
  partly(stored: number): CliError {
    const exitCode = stored > 0 ? ExitCode.Partial : this.first!.error.exitCode
    const all = counted(this.count + stored, this.unit ?? 'message')
    return new CliError(`${number(this.count)} of ${all} not stored`, {exitCode, hint: this.first!.error.hint})
  }
}

/** `3-5, 7` of sorted numbers. */
function ranges(numbers: number[]): string {
  const parts: [number, number][] = []
  for (const at of numbers) {
    const open = parts.at(-1)
    if (open && at <= open[1] + 1) open[1] = at
    else parts.push([at, at])
  }
  return parts.map(([from, to]) => (from === to ? number(from) : `${number(from)}-${number(to)}`)).join(', ')
}
