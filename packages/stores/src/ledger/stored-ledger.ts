import {
  type Budget,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  type Ledger,
  type Micros,
  micros,
  type ReserveRequest,
  type ReserveVerdict,
  StoreUnavailable,
} from '@weir/core';
import { RecentlyUsed } from '../config/recently-used.ts';
import { BalanceBook } from './balance-book.ts';
import type { Book, BookOptions, BookVerdict, Hold } from './book.ts';
import { bucketPartition } from './ledger-places.ts';
import { Registry } from './registry.ts';
import { WindowBook } from './window-book.ts';

/** Budgets whose books are remembered. */
const REMEMBERED = 2_000;
/** How long a store that failed is not asked again: requests shall not wait for it one after the other. */
const REST_AFTER_FAILURE = durationMs(1_000);

const sleep = (milliseconds: DurationMs) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });

export type StoredLedgerOptions = Pick<BookOptions, 'table' | 'clock'> & Partial<BookOptions>;

type Granted = Extract<BookVerdict, { readonly granted: true }>;

/** The {@link Ledger} on any table: what it decides is the same on all of them. */
export class StoredLedger implements Ledger {
  readonly #options: BookOptions;
  readonly #registry: Registry;
  readonly #books = new RecentlyUsed<string, Book>(REMEMBERED);
  #restUntil: EpochMs | null = null;

  constructor({ random = Math.random, pause = sleep, ...rest }: StoredLedgerOptions) {
    this.#options = { random, pause, ...rest };
    this.#registry = new Registry(rest.table, rest.clock);
  }

  async reserve(request: ReserveRequest): Promise<ReserveVerdict> {
    const { budgets } = request;
    const books = budgets.map((budget) => this.#bookOf(budget));
    for (const [index, book] of books.entries()) {
      const refusal = book.knownRefusal(request);
      const by = budgets[index];
      if (refusal && by) return { granted: false, by, ...refusal };
    }
    this.#enterRest();
    const names = books.map((book) => book.nameAt(request.at));
    const outcomes = await Promise.allSettled(
      books.map((book, index) => this.#ask(book, { ...request, next: nextIn(names, index) }, budgets[index])),
    );
    const granted = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' && outcome.value.granted ? [outcome.value] : [],
    );
    if (granted.length === books.length) {
      this.#restUntil = null;
      return { granted: true, reservation: reservationOf(granted) };
    }
    await settleAll(granted, micros(0n));
    for (const [index, outcome] of outcomes.entries()) {
      const by = budgets[index];
      if (by && outcome.status === 'fulfilled' && !outcome.value.granted) {
        this.#restUntil = null;
        return { granted: false, by, ...outcome.value.refusal };
      }
    }
    this.#rest(this.#options.clock.now());
    throw outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
  }

  async #ask(book: Book, hold: Hold, budget: Budget | undefined): Promise<BookVerdict> {
    const announced = budget ? this.#registry.announce(budget) : Promise.resolve();
    const [verdict, registered] = await Promise.allSettled([book.reserve(hold), announced]);
    if (verdict.status === 'rejected') throw verdict.reason;
    if (registered.status === 'fulfilled') return verdict.value;
    if (verdict.value.granted) await verdict.value.settle(micros(0n));
    throw registered.reason;
  }

  #bookOf(budget: Budget): Book {
    const key =
      budget.kind === 'balance'
        ? `P#${budget.account}`
        : `${bucketPartition(budget)}#${budget.limit.toString()}`;
    const known = this.#books.get(key);
    if (known) return known;
    const book =
      budget.kind === 'balance'
        ? new BalanceBook(budget.account, this.#options)
        : new WindowBook(budget, this.#options);
    this.#books.set(key, book);
    return book;
  }

  /** After a failure one request in a second finds out whether the store is back; the others do not wait for it. */
  #enterRest(): void {
    if (this.#restUntil === null) return;
    const now = this.#options.clock.now();
    if (now < this.#restUntil) throw new StoreUnavailable('the ledger’s store failed a moment ago');
    this.#rest(now);
  }

  #rest(now: EpochMs): void {
    this.#restUntil = epochMs(now + REST_AFTER_FAILURE);
  }
}

/** Each names the one after it, the last the first: whoever finds one can tell whether all were reserved. */
const nextIn = (names: readonly string[], index: number) =>
  names.length === 1 ? '' : (names[(index + 1) % names.length] ?? '');

function reservationOf(granted: readonly Granted[]) {
  const remaining = granted.reduce<Micros | null>(
    (least, one) => (least === null || one.remaining < least ? one.remaining : least),
    null,
  );
  let settled: Promise<void> | null = null;
  return {
    remaining: remaining ?? micros(0n),
    settle(actual: Micros): Promise<void> {
      settled ??= settleAll(granted, actual);
      return settled;
    },
  };
}

async function settleAll(granted: readonly Granted[], actual: Micros): Promise<void> {
  await Promise.all(granted.map(({ settle }) => settle(actual)));
}
