import { type Clock, DOWN_FOR, type EpochMs, NEWS_FRESH_FOR } from '@weir/core';

interface Exchange {
  readonly began: EpochMs;
  over: Promise<void>;
}

export interface TableTalkOptions {
  readonly clock: Clock;
  /** Tells the table what is new here, and hears what is new there. */
  readonly exchange: (began: EpochMs) => Promise<void>;
  /** Something came up that must be told at once. */
  readonly isPressing: (now: EpochMs) => boolean;
  /** Takes what kept the table from answering. */
  readonly report: (error: unknown) => void;
}

/** When a process talks to the table: once at a time, and not for a second after the table did not answer. */
export class TableTalk {
  readonly #options: TableTalkOptions;
  #running: Exchange | null = null;
  #failedAt: EpochMs | null = null;

  constructor(options: TableTalkOptions) {
    this.#options = options;
  }

  /** The table failed to answer when it was last asked. */
  get isCutOff(): boolean {
    return this.#failedAt !== null;
  }

  /** What is being said just now. */
  get over(): Promise<void> {
    return this.#running?.over ?? Promise.resolve();
  }

  /** Never rejects. Joins what is being said while it is young: a question may have been frozen with the process. */
  start(now: EpochMs): Promise<void> {
    const age = this.#running ? now - this.#running.began : -1;
    if (this.#running && age >= 0 && age <= NEWS_FRESH_FOR) return this.#running.over;
    const silence = this.#failedAt === null ? -1 : now - this.#failedAt;
    if (silence >= 0 && silence < DOWN_FOR) return Promise.resolve();
    const exchange: Exchange = { began: now, over: Promise.resolve() };
    this.#running = exchange;
    exchange.over = this.#run(exchange);
    return exchange.over;
  }

  async #run(exchange: Exchange): Promise<void> {
    const { clock, isPressing, report } = this.#options;
    try {
      await this.#options.exchange(exchange.began);
      this.#failedAt = null;
    } catch (error) {
      this.#failedAt = clock.now();
      report(error);
    }
    if (this.#running !== exchange) return;
    this.#running = null;
    const now = clock.now();
    if (!this.isCutOff && isPressing(now)) await this.start(now);
  }
}
