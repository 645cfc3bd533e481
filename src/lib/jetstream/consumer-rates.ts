import type {ConsumerInfo} from './consumer-info.ts'

/** Samples that are kept: more than the widest terminal shows. */
const KEPT = 1000

type Sample = {at: number; delivered: number; acknowledged: number}

/** What a consumer does, made of samples of its state: how much waits, and how fast it is worked off. */
export class ConsumerRates {
  private readonly unprocessed: number[] = []
  private readonly outstanding: number[] = []
  private readonly delivered: number[] = []
  private readonly acknowledged: number[] = []
  private last: Sample | undefined

  /** @param at milliseconds of any clock that never goes back */
  sample({num_pending = 0, num_ack_pending = 0, delivered, ack_floor}: ConsumerInfo, at = performance.now()): void {
    const now = {at, delivered: delivered?.consumer_seq ?? 0, acknowledged: ack_floor?.consumer_seq ?? 0}
    const {last = now} = this
    // After a reset the sequences begin anew.
    const rate = (count: number) => (now.at > last.at ? Math.max(0, count) / ((now.at - last.at) / 1000) : 0)
    const add = (values: number[], value: number) => {
      values.push(value)
      if (values.length > KEPT) values.shift()
    }
    add(this.outstanding, num_ack_pending)
    add(this.unprocessed, num_pending)
    add(this.acknowledged, rate(now.acknowledged - last.acknowledged))
    add(this.delivered, rate(now.delivered - last.delivered))
    this.last = now
  }

  series(): {title: string; values: number[]}[] {
    return [
      {title: 'Messages Pending', values: this.unprocessed},
      {title: 'Messages Pending Acks', values: this.outstanding},
      {title: 'Messages Acknowledged / second', values: this.acknowledged},
      {title: 'Messages Delivered / second', values: this.delivered},
    ]
  }
}
