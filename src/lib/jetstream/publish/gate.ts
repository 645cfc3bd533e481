/** Where to wait for something that events bring about. */
export class Gate {
  private readonly waiting = new Set<() => void>()
  private failure: unknown

  /** Something changed: whoever waits looks again. */
  wake(): void {
    for (const look of this.waiting) look()
  }

  /** All waiting ends with this error, now and from now on. */
  fail(thrown: unknown): void {
    this.failure ??= thrown
    this.wake()
  }

  /** Resolves to true when `done` says so, or to false when it does not within `limit` milliseconds; seen only when woken. */
  until(done: () => boolean, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    const end = performance.now() + limit
    return new Promise((resolve, reject) => {
      const look = () => {
        const isDone = done()
        if (!isDone && !this.failure && performance.now() < end) return
        this.waiting.delete(look)
        if (this.failure) reject(this.failure)
        else resolve(isDone)
      }
      this.waiting.add(look)
      look()
    })
  }
}
