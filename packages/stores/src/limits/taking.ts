import { type Clock, durationMs, type EpochMs, type LimitVerdict } from '@weir/core';

/** Admissions that the table has counted and nobody has used yet. */
export interface Lot {
  readonly count: number;
  /** The last moment at which they may be used. */
  readonly until: EpochMs;
  readonly giveBack: () => Promise<void>;
}

/** What to do for requests that wait for an admission. */
export type Step =
  /** Ask the table for `count` admissions. Null: it refused, and more is known now. */
  | { readonly kind: 'ask'; readonly count: number; readonly ask: () => Promise<Lot | null> }
  /** What is under way decides. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'full'; readonly until: EpochMs };

/** One key's count, as this process knows it. */
export interface KnownCount {
  /** @param wanted how many requests wait; the step may ask for fewer or more. */
  next(wanted: number, now: EpochMs): Step;
  /** What is left, and when there is more. */
  left(now: EpochMs): { readonly remaining: number; readonly until: EpochMs };
}

/** Calls under way for one key; a process that asks for more at once only outpaces itself. */
const MOST_UNDER_WAY = 16;
/** How often others may be faster than a request before it is refused. */
const TRIES = 20;

/**
 * Hands one key's admissions to the requests of this process. Alone, a request makes one call; those that arrive while
 * calls are under way wait for the next one, which asks for all of them. A call that fails fails all that wait.
 */
export class Taking {
  readonly #count: KnownCount;
  readonly #clock: Clock;
  readonly #underWay = new Set<Promise<unknown>>();
  #lots: Lot[] = [];
  #waiting = 0;
  /** Admissions that calls under way ask for. */
  #coming = 0;

  constructor(count: KnownCount, clock: Clock) {
    this.#count = count;
    this.#clock = clock;
  }

  async take(): Promise<LimitVerdict> {
    this.#waiting += 1;
    try {
      for (let tries = 0; tries < TRIES; ) {
        const now = this.#clock.now();
        const lot = this.#use(now);
        if (lot) return this.#admitted(lot, now);
        const wanted = this.#waiting - this.#coming;
        const step = this.#next(wanted, now);
        if (step.kind === 'full') return { admitted: false, retryAfter: span(now, step.until) };
        if (step.kind === 'wait') {
          await Promise.race(this.#underWay);
          continue;
        }
        tries += 1;
        await this.#ask(step);
      }
    } finally {
      this.#waiting -= 1;
    }
    return { admitted: false, retryAfter: durationMs(1) };
  }

  #next(wanted: number, now: EpochMs): Step {
    if (wanted <= 0 || this.#underWay.size >= MOST_UNDER_WAY) return { kind: 'wait' };
    return this.#count.next(wanted, now);
  }

  #use(now: EpochMs): Lot | null {
    this.#lots = this.#lots.filter(({ count, until }) => count > 0 && until >= now);
    const [lot, ...others] = this.#lots;
    if (!lot) return null;
    this.#lots = [{ ...lot, count: lot.count - 1 }, ...others];
    return lot;
  }

  async #ask({ count, ask }: Extract<Step, { kind: 'ask' }>): Promise<void> {
    this.#coming += count;
    const call = ask();
    this.#underWay.add(call);
    try {
      const lot = await call;
      if (lot) this.#lots.push(lot);
    } finally {
      this.#coming -= count;
      this.#underWay.delete(call);
    }
  }

  #admitted({ giveBack }: Lot, now: EpochMs): LimitVerdict {
    const { remaining, until } = this.#count.left(now);
    return { admitted: true, remaining, resetAfter: span(now, until), giveBack };
  }
}

const span = (now: EpochMs, until: EpochMs) => durationMs(Math.max(1, until - now));
