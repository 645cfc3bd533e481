import type {Stored} from './message.ts'

/** A message to show. `match` is false for one that stands near a match only; `gap` says that others were left out before it. */
export type Shown = {stored: Stored; match: boolean; gap: boolean}

/** Picks matches and their neighbours out of a row of messages, as `grep -B before -A after` does, none of them twice. */
export class ContextWindow {
  private readonly before: number
  private readonly after: number
  private readonly show: (shown: Shown) => void
  private held: Stored[] = []
  private following = 0
  private skipped = false
  private any = false

  constructor(before: number, after: number, show: (shown: Shown) => void) {
    this.before = before
    this.after = after
    this.show = show
  }

  /** @param stored must stay valid: it may be shown later */
  add(stored: Stored, match: boolean): void {
    if (match) {
      for (const held of this.held) this.tell(held, false)
      this.held = []
      this.tell(stored, true)
      this.following = this.after
    } else if (this.following > 0) {
      this.following--
      this.tell(stored, false)
    } else {
      this.held.push(stored)
      if (this.held.length > this.before) {
        this.held.shift()
        this.skipped = true
      }
    }
  }

  /** Whether no message would be shown but for a match to come. */
  get settled(): boolean {
    return this.following === 0
  }

  private tell(stored: Stored, match: boolean): void {
    this.show({stored, match, gap: this.skipped && this.any})
    this.any = true
    this.skipped = false
  }
}
