/** Counts what must end before the host may: requests on the wire, and the functions that still work behind them. */
export class Activity {
  #running = 0;
  #waiting: Array<() => void> = [];

  begin(): void {
    this.#running += 1;
  }

  end(): void {
    this.#running -= 1;
    if (this.#running > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  /** Counts until `work` settles. */
  track(work: Promise<unknown>): void {
    this.begin();
    const end = () => this.end();
    work.then(end, end);
  }

  /**
   * Waits until nothing runs.
   * @returns how many still ran after `withinMs`.
   */
  async quiet(withinMs: number): Promise<number> {
    const deadline = Date.now() + withinMs;
    while (this.#running > 0) {
      const left = deadline - Date.now();
      if (left <= 0) break;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiting.push(resolve);
      await promise;
      clearTimeout(timer);
    }
    return this.#running;
  }
}
