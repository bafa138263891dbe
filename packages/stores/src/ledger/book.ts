import {
  type Clock,
  type DurationMs,
  durationMs,
  type EpochMs,
  type Micros,
  type ReserveRequest,
  StoreUnavailable,
} from '@weir/core';
import type { ItemKey } from '../table/keys.ts';
import type { LedgerItem, LedgerTable } from './ledger-table.ts';
import { type Counting, type Settlement, settlementOf } from './settlement.ts';

/** A request's reservation in one budget. */
export type Hold = Omit<ReserveRequest, 'budgets' | 'account'> & {
  /** See `OpenReservation.next`. */
  readonly next: string;
};

export interface BookRefusal {
  readonly spent: Micros;
  readonly reserved: Micros;
  readonly limit: Micros;
  readonly retryAfter: DurationMs | null;
}

export type BookVerdict =
  | { readonly granted: true; readonly remaining: Micros; readonly settle: (actual: Micros) => Promise<void> }
  | { readonly granted: false; readonly refusal: BookRefusal };

/** One budget, as this process knows it. */
export interface Book {
  /** A refusal that is certain without asking the table. */
  knownRefusal(request: Pick<Hold, 'amount' | 'at'>): BookRefusal | null;
  /** By which a reservation of the same request names this one. */
  nameAt(at: EpochMs): string;
  /** @throws {StoreUnavailable} */
  reserve(hold: Hold): Promise<BookVerdict>;
}

export interface BookOptions {
  readonly table: LedgerTable;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (milliseconds: DurationMs) => Promise<void>;
}

/** Open reservations may be settled below what they reserve at any time, so a refusal for their sake holds as long. */
export const RECHECK = durationMs(1_000);

/** What was refused last, so that a full budget costs the table nothing. */
export class RememberedRefusal {
  #last: { readonly amount: bigint; readonly until: EpochMs; readonly refusal: BookRefusal } | null = null;

  /** @param until the first moment at which as much may fit. */
  remember({ amount }: Hold, refusal: BookRefusal, until: EpochMs): void {
    this.#last = { amount, until, refusal };
  }

  forget(): void {
    this.#last = null;
  }

  for({ amount, at }: Pick<Hold, 'amount' | 'at'>): BookRefusal | null {
    const last = this.#last;
    if (!last || amount < last.amount || at >= last.until) return null;
    const { retryAfter } = last.refusal;
    return {
      ...last.refusal,
      retryAfter: retryAfter === null ? null : durationMs(Math.max(1, last.until - at)),
    };
  }
}

/** Before each further attempt to settle. Milliseconds. */
const PAUSES = [50, 200] as const;

/**
 * Settles in a live process. Once the reservation has expired this is the sweeper's, so nothing is written then: the two
 * must not settle at different costs. Never throws: what cannot be written now, the sweeper writes.
 *
 * @returns the item afterwards; null: it was settled before, has expired, or could not be written.
 */
export async function settleNow(
  { table, clock, pause }: BookOptions,
  place: { readonly key: ItemKey; readonly counting: Counting; readonly alsoRemove?: readonly string[] },
  settlement: Omit<Settlement, 'at'>,
  expiresAt: EpochMs,
): Promise<LedgerItem | null> {
  for (const wait of [...PAUSES, null]) {
    const at = clock.now();
    if (at >= expiresAt) return null;
    const change = settlementOf(place.counting, { ...settlement, at });
    const remove = [...(change.remove ?? []), ...(place.alsoRemove ?? [])];
    try {
      return await table.change(place.key, { ...change, remove });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (wait !== null) await pause(durationMs(wait));
    }
  }
  return null;
}

/**
 * A write is tried twice. Whoever had to repeat it cannot know whether the first may still arrive, and leaves a trace
 * when it settles.
 */
export async function writtenTwice<T>(write: () => Promise<T>, onRepeat: () => void): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    onRepeat();
    return write();
  }
}
