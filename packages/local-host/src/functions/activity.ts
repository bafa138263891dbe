/** Counts what must end before the host may: requests on the wire and invocations behind them. */
export class Activity {
  #running = 0;
  #waiting: Array<() => void> = [];

  get running(): number {
    return this.#running;
  }

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

  /**
   * Waits until nothing runs.
   * @returns false when something still ran after `withinMs`.
   */
  async quiet(withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    while (this.#running > 0) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiting.push(resolve);
      await promise;
      clearTimeout(timer);
    }
    return true;
  }
}
