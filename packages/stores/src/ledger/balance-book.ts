import { type AccountId, durationMs, epochMs, type Micros, micros, StoreUnavailable } from '@weir/core';
import {
  type Book,
  type BookOptions,
  type BookRefusal,
  type BookVerdict,
  type Hold,
  RECHECK,
  RememberedRefusal,
  settleNow,
  writtenTwice,
} from './book.ts';
import { balanceKey } from './ledger-places.ts';
import { type LedgerItem, numberIn } from './ledger-table.ts';
import { chargeName, enter, textOf } from './movement.ts';
import { NEXT_BALANCE } from './next-budget.ts';
import { reservationName, reservedIn, writeReservation } from './open-reservation.ts';

/** Movements that one write of the balance forgets. */
const FORGOTTEN_AT_ONCE = 25;
/** Of the names of entered movements; what is too much is left to the sweeper. */
const MOST_ENTERED = 1_000;

/**
 * An account's prepaid credits: one item. `available` is what may still be reserved, `spent` all that was ever charged.
 * A settlement notes its movement in the same write; the entry is written after it, and the note goes with one of the next
 * writes, so that a charge costs the balance two writes and not three.
 */
export class BalanceBook implements Book {
  readonly #account: AccountId;
  readonly #options: BookOptions;
  readonly #refusal = new RememberedRefusal();
  /** Notes of movements whose entries are written. */
  readonly #entered: string[] = [];

  constructor(account: AccountId, options: BookOptions) {
    this.#account = account;
    this.#options = options;
  }

  knownRefusal(request: Pick<Hold, 'amount' | 'at'>): BookRefusal | null {
    return this.#refusal.for(request);
  }

  nameAt(): string {
    return NEXT_BALANCE;
  }

  async reserve(hold: Hold): Promise<BookVerdict> {
    const { table } = this.#options;
    const key = balanceKey(this.#account);
    const name = reservationName(hold.id);
    const text = writeReservation({ ...hold, isTrace: false });
    let isRepeated = false;
    const change = {
      when: [
        { kind: 'at-least', name: 'available', value: hold.amount },
        { kind: 'absent', name },
      ],
      add: { available: -hold.amount },
      set: { [name]: text },
    } as const;
    let item = await writtenTwice(
      () => table.change(key, change),
      () => {
        isRepeated = true;
      },
    );
    if (!item) {
      const now = await table.read(key);
      if (now.get(name) !== text) return this.#refused(hold, now);
      // The first answer was lost.
      item = now;
    }
    return {
      granted: true,
      remaining: micros(numberIn(item, 'available')),
      settle: (actual) => this.#settle(hold, text, actual, isRepeated),
    };
  }

  async #settle(hold: Hold, text: string, actual: Micros, leavesTrace: boolean): Promise<void> {
    const alsoRemove = this.#entered.splice(0, FORGOTTEN_AT_ONCE);
    const place = { key: balanceKey(this.#account), counting: { kind: 'balance' }, alsoRemove } as const;
    const settled = await settleNow(
      this.#options,
      place,
      { id: hold.id, text, actual, leavesTrace },
      hold.expiresAt,
    );
    if (actual < hold.amount) this.#refusal.forget();
    if (!settled) this.#remember(alsoRemove);
    else if (actual > 0n) await this.#enter(hold, settled);
  }

  /** What cannot be entered now, the sweeper enters. */
  async #enter({ id }: Hold, settled: LedgerItem): Promise<void> {
    const name = chargeName(id);
    const text = textOf(settled, name);
    try {
      await enter(this.#options.table, this.#account, { id, name, text });
      this.#remember([name]);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  #remember(names: readonly string[]): void {
    if (this.#entered.length < MOST_ENTERED) this.#entered.push(...names);
  }

  #refused(hold: Hold, item: LedgerItem): BookVerdict {
    const [available, spent, reserved] = [
      numberIn(item, 'available'),
      numberIn(item, 'spent'),
      reservedIn(item),
    ];
    const mayCome = available + reserved >= hold.amount;
    const refusal = {
      spent: micros(spent),
      reserved: micros(reserved),
      limit: micros(available + spent + reserved),
      retryAfter: mayCome ? durationMs(RECHECK) : null,
    };
    // A top-up is as sudden as a settlement.
    this.#refusal.remember(hold, refusal, epochMs(hold.at + RECHECK));
    return { granted: false, refusal };
  }
}
