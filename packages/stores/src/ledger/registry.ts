import { type Budget, type Clock, type EpochMs, epochMs, micros } from '@weir/core';
import { RecentlyUsed } from '../config/recently-used.ts';
import { type ItemKey, placeOf } from '../table/keys.ts';
import {
  accountOwnerSort,
  bucketName,
  bucketsPartition,
  gatewayOwnerSort,
  keptUntil,
  type LimitBudget,
  OWNERS,
} from './ledger-places.ts';
import { type LedgerChange, type LedgerItem, type LedgerTable, numberIn, textIn } from './ledger-table.ts';

/** A process says again that it uses a bucket after so long. Milliseconds. */
const ANNOUNCED_FOR = 600_000;
/** For clocks that differ, and calls that take their time. Milliseconds. */
const SLACK = 600_000;
const REMEMBERED = 5_000;

interface Announcement {
  readonly at: EpochMs;
  readonly text: string;
  readonly done: Promise<unknown>;
}

/**
 * Which buckets there are, so that they can be listed and swept. A process announces one when it first uses it, at the
 * same time as it reserves, and nobody spends before both are done: a reservation that nobody can find was never used.
 */
export class Registry {
  readonly #table: LedgerTable;
  readonly #clock: Clock;
  readonly #announced = new RecentlyUsed<string, Announcement>(REMEMBERED);

  constructor(table: LedgerTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** @throws {StoreUnavailable} */
  async announce(budget: Budget): Promise<void> {
    if (budget.kind === 'balance')
      return this.#once({ pk: OWNERS, sk: accountOwnerSort(budget.account) }, '');
    const { account, gateway, window } = budget;
    const now = this.#clock.now();
    await Promise.all([
      this.#once({ pk: OWNERS, sk: gatewayOwnerSort(account, gateway) }, '', keptUntil(now)),
      this.#once(
        { pk: bucketsPartition(account, gateway), sk: bucketName(budget) },
        writeBudget(budget),
        keptUntil(now + 2 * window.length),
      ),
    ]);
  }

  async #once(key: ItemKey, text: string, forgetAt?: EpochMs): Promise<void> {
    const place = placeOf(key);
    const now = this.#clock.now();
    const known = this.#announced.get(place);
    if (known && known.text === text && now - known.at < ANNOUNCED_FOR) {
      await known.done;
      return;
    }
    const change: LedgerChange = {
      when: [],
      set: { seen: BigInt(now), ...(text ? { budget: text } : {}) },
      ...(forgetAt === undefined ? {} : { forgetAt }),
    };
    const done = this.#table.change(key, change);
    this.#announced.set(place, { at: now, text, done });
    try {
      await done;
    } catch (error) {
      this.#announced.delete(place);
      throw error;
    }
  }
}

function writeBudget({ limit, ...rest }: LimitBudget): string {
  return JSON.stringify({ ...rest, limit: limit.toString() });
}

/** @throws when the registry did not write it. */
export function readBudget(item: LedgerItem): LimitBudget {
  const { limit, ...rest } = JSON.parse(textIn(item, 'budget') ?? '');
  return { ...rest, limit: micros(BigInt(limit)) };
}

/** When the bucket was last found with nothing open; null: never. */
export function foundCleanAt(item: LedgerItem): EpochMs | null {
  const clean = item.get('clean');
  return clean === undefined ? null : epochMs(Number(clean));
}

/** Nobody can have used the bucket since it was found with nothing open. */
export function isIdle(item: LedgerItem): boolean {
  const clean = foundCleanAt(item);
  return clean !== null && clean > Number(numberIn(item, 'seen')) + ANNOUNCED_FOR + SLACK;
}

/** The sweeper's word that it found nothing open in a look that began at `at`. */
export const cleanSince = (item: LedgerItem, at: EpochMs): LedgerChange => ({
  when: [{ kind: 'is', name: 'seen', value: numberIn(item, 'seen') }],
  set: { clean: BigInt(at) },
});
