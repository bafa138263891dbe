import { type Clock, type DurationMs, durationMs, type EpochMs, type LimitVerdict } from '@weir/core';

/** Admissions that the table has counted and nobody has used yet. */
export interface Lot {
  readonly count: number;
  /** A request that came later cannot use them: they would count too short for it. */
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

interface Waiting {
  readonly arrivedAt: EpochMs;
  readonly resolve: (verdict: LimitVerdict) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls under way for one key; a process that asks for more at once only outpaces itself. */
const MOST_UNDER_WAY = 16;
/** How often in a row others may be faster. Each time they have got further, so this ends nothing but a fault. */
const MOST_REFUSALS = 200;

/**
 * Hands one key's admissions to the requests of this process. A request that comes alone makes one call; those that come
 * while many calls are under way share the next one. A call that fails fails all that wait.
 */
export class Taking {
  readonly #count: KnownCount;
  readonly #clock: Clock;
  /** In the order in which they came. */
  readonly #queue: Waiting[] = [];
  readonly #lots: Lot[] = [];
  #underWay = 0;
  /** Admissions that calls under way ask for. */
  #coming = 0;
  #refusals = 0;

  constructor(count: KnownCount, clock: Clock) {
    this.#count = count;
    this.#clock = clock;
  }

  take(): Promise<LimitVerdict> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ arrivedAt: this.#clock.now(), resolve, reject });
      this.#serve();
    });
  }

  #serve(): void {
    const now = this.#clock.now();
    this.#handOut(now);
    for (;;) {
      const wanted = this.#queue.length - this.#coming;
      if (wanted <= 0 || this.#underWay >= MOST_UNDER_WAY) return;
      const step = this.#count.next(wanted, now);
      if (step.kind === 'wait') return;
      if (step.kind === 'full') {
        // Those that came first have what is under way.
        this.#refuse(this.#queue.splice(this.#coming), span(now, step.until));
        return;
      }
      this.#ask(step);
    }
  }

  /** Each to the latest that may use it: those that came before can use others as well. */
  #handOut(now: EpochMs): void {
    for (const { count, until, giveBack } of this.#lots.splice(0)) {
      let left = count;
      for (; left > 0; left--) {
        const index = this.#queue.findLastIndex(({ arrivedAt }) => arrivedAt <= until);
        const [waiting] = index === -1 ? [] : this.#queue.splice(index, 1);
        if (!waiting) break;
        const { remaining, until: more } = this.#count.left(now);
        waiting.resolve({ admitted: true, remaining, resetAfter: span(now, more), giveBack });
      }
      if (left > 0 && until >= now) this.#lots.push({ count: left, until, giveBack });
    }
  }

  #ask({ count, ask }: Extract<Step, { kind: 'ask' }>): void {
    this.#coming += count;
    this.#underWay += 1;
    const over = () => {
      this.#coming -= count;
      this.#underWay -= 1;
    };
    ask().then(
      (lot) => {
        over();
        this.#learned(lot);
        this.#serve();
      },
      (error: unknown) => {
        over();
        for (const { reject } of this.#queue.splice(0)) reject(error);
      },
    );
  }

  #learned(lot: Lot | null): void {
    this.#refusals = lot ? 0 : this.#refusals + 1;
    if (lot) this.#lots.push(lot);
    else if (this.#refusals > MOST_REFUSALS) this.#refuse(this.#queue.splice(0), durationMs(1));
  }

  #refuse(waiting: readonly Waiting[], retryAfter: DurationMs): void {
    for (const { resolve } of waiting) resolve({ admitted: false, retryAfter });
  }
}

const span = (now: EpochMs, until: EpochMs) => durationMs(Math.max(1, until - now));
