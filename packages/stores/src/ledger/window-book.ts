import { durationMs, type EpochMs, epochMs, type Micros, micros } from '@weir/core';
import type { ItemKey } from '../table/keys.ts';
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
import { bucketPartition, type Frame, frameOf, keptUntil, type LimitBudget } from './ledger-places.ts';
import { type LedgerItem, NOTHING } from './ledger-table.ts';
import { nextBucket } from './next-budget.ts';
import { reservationName, reservedIn, writeReservation } from './open-reservation.ts';
import { finishMove, isOwn, outOf } from './room-move.ts';
import type { Counting } from './settlement.ts';
import { leftBy, WindowCount } from './window-count.ts';

/** How often in a row others may be faster. Each time they have got further, so this ends nothing but a fault. */
const MOST_ROUNDS = 200;

/** One request's reservation on its way. */
interface Attempt {
  readonly hold: Hold;
  readonly frame: Frame;
  readonly text: string;
  isRepeated: boolean;
}

/**
 * A spend limit's bucket. Of each shard an item holds `net`, which a reservation may bring up to the shard's share of the
 * limit and not above it: what is spent, reserved, or given to other shards, less what they gave. The nets of all shards
 * so add up to what is spent and reserved, and their shares to the limit.
 */
export class WindowBook implements Book {
  readonly #budget: LimitBudget;
  readonly #options: BookOptions;
  readonly #partition: string;
  readonly #counting: Counting;
  readonly #refusal = new RememberedRefusal();
  /** By shard, as last seen in the window of `#known.first`; only hints. */
  #known: { readonly first: string; readonly items: Map<number, LedgerItem> } = {
    first: '',
    items: new Map(),
  };

  constructor(budget: LimitBudget, options: BookOptions) {
    this.#budget = budget;
    this.#options = options;
    this.#partition = bucketPartition(budget);
    const { technique, length } = budget.window;
    this.#counting = technique === 'fixed' ? { kind: 'fixed' } : { kind: 'sliding', length };
  }

  knownRefusal(request: Pick<Hold, 'amount' | 'at'>): BookRefusal | null {
    return this.#refusal.for(request);
  }

  nameAt(at: EpochMs): string {
    return nextBucket(this.#budget, at);
  }

  async reserve(hold: Hold): Promise<BookVerdict> {
    const frame = frameOf(this.#budget, hold.at);
    const first = frame.sorts[0] ?? '';
    // A request of the window before may still come.
    if (first > this.#known.first) this.#known = { first, items: new Map() };
    // Nothing of it becomes an entry.
    const { charged: _, ...reservation } = hold;
    const text = writeReservation({ ...reservation, isTrace: false });
    const attempt = { hold, frame, text, isRepeated: false };
    // Of several shards all are looked at once before any is trusted: one may owe room since the limit was lowered.
    if (this.#budget.shards === 1 || this.#known.items.size > 0) {
      const shard = Math.floor(this.#options.random() * this.#budget.shards);
      const granted = await this.#take(attempt, shard, this.#knownItem(frame, shard));
      if (granted) return granted;
    }
    return this.#search(attempt);
  }

  /** Where there is room; makes some in one shard if all together have enough. */
  async #search(attempt: Attempt): Promise<BookVerdict> {
    const { hold, frame, text } = attempt;
    let counts: readonly WindowCount[] = [];
    let items: readonly LedgerItem[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      items = await Promise.all(frame.sorts.map((sk) => this.#options.table.read(this.#key(sk))));
      for (const [shard, item] of items.entries()) this.#learn(frame, shard, item);
      const written = items.findIndex((item) => item.get(reservationName(hold.id)) === text);
      const item = items[written];
      // The first answer was lost.
      if (item) return this.#granted(attempt, written, item);

      counts = items.map((one, shard) => new WindowCount(this.#budget, shard, one, hold.at));
      const rooms = counts.map(({ room }) => room);
      const roomiest = indexOfMost(rooms);
      const most = rooms[roomiest] ?? 0n;
      const owing = rooms.findIndex((room) => room < 0n);
      if (owing !== -1 && most > 0n) {
        await this.#move(attempt, round, counts, roomiest, owing, least(most, -(rooms[owing] ?? 0n)));
        continue;
      }
      if (most >= hold.amount) {
        const granted = await this.#take(attempt, roomiest, items[roomiest] ?? NOTHING);
        if (granted) return granted;
        continue;
      }
      if (sum(rooms) < hold.amount) break;
      const giver = indexOfMost(rooms.map((room, shard) => (shard === roomiest ? -1n : room)));
      await this.#move(
        attempt,
        round,
        counts,
        giver,
        roomiest,
        least(rooms[giver] ?? 0n, hold.amount - most),
      );
    }
    return this.#refused(attempt, counts, items);
  }

  async #take(attempt: Attempt, shard: number, known: LedgerItem): Promise<BookVerdict | null> {
    const { hold, frame, text } = attempt;
    const name = reservationName(hold.id);
    const taking = new WindowCount(this.#budget, shard, known, hold.at).taking(hold.amount);
    const change = {
      ...taking,
      when: [...taking.when, { kind: 'absent', name } as const],
      set: { [name]: text },
      forgetAt: keptUntil(frame.endsAt, hold.expiresAt),
    };
    const item = await writtenTwice(
      () => this.#options.table.change(this.#key(frame.sorts[shard]), change),
      () => {
        attempt.isRepeated = true;
      },
    );
    return item && this.#granted(attempt, shard, item);
  }

  #granted(attempt: Attempt, shard: number, item: LedgerItem): BookVerdict {
    const { hold, frame, text } = attempt;
    this.#learn(frame, shard, item);
    const key = this.#key(frame.sorts[shard]);
    const settle = async (actual: Micros) => {
      if (actual < hold.amount) this.#refusal.forget();
      const leavesTrace = attempt.isRepeated;
      const settled = await settleNow(
        this.#options,
        { key, counting: this.#counting },
        { id: hold.id, text, actual, leavesTrace },
        hold.expiresAt,
      );
      if (settled) this.#learn(frame, shard, settled);
      if (actual < hold.amount) this.#refusal.forget();
    };
    const rooms = frame.sorts.map((_, one) => {
      const known = one === shard ? item : this.#knownItem(frame, one);
      return new WindowCount(this.#budget, one, known, hold.at).room;
    });
    return { granted: true, remaining: micros(atLeastNothing(sum(rooms))), settle };
  }

  #refused(
    { hold, frame }: Attempt,
    counts: readonly WindowCount[],
    items: readonly LedgerItem[],
  ): BookVerdict {
    const { limit, window } = this.#budget;
    const reserved = sum(items.map(reservedIn));
    const spent = sum(counts.map((count) => count.spent));
    const missing = hold.amount - sum(counts.map(({ room }) => room));
    const answer = (until: EpochMs | null): BookVerdict => {
      const retryAfter = until === null ? null : durationMs(Math.max(1, until - hold.at));
      const refusal = { spent: micros(spent), reserved: micros(reserved), limit, retryAfter };
      this.#refusal.remember(hold, refusal, until ?? frame.endsAt);
      return { granted: false, refusal };
    };
    if (hold.amount > limit) return answer(null);
    if (reserved >= missing) return answer(epochMs(hold.at + RECHECK));
    if (window.technique === 'fixed') return answer(frame.endsAt);
    return answer(leftBy(counts, missing - reserved) ?? epochMs(hold.at + RECHECK));
  }

  async #move(
    { hold, frame }: Attempt,
    round: number,
    counts: readonly WindowCount[],
    from: number,
    to: number,
    amount: bigint,
  ): Promise<void> {
    const { table, clock } = this.#options;
    const taking = counts[from]?.taking(amount);
    if (!taking) return;
    const move = { id: `${hold.id}.${round}`, from, to, amount, at: clock.now() };
    const giver = this.#key(frame.sorts[from]);
    const given = await table.change(giver, outOf(taking, move));
    if (given && isOwn(move, clock.now())) await finishMove(table, giver, move);
  }

  #key(sk = ''): ItemKey {
    return { pk: this.#partition, sk };
  }

  #knownItem(frame: Frame, shard: number): LedgerItem {
    return (this.#known.first === frame.sorts[0] && this.#known.items.get(shard)) || NOTHING;
  }

  #learn(frame: Frame, shard: number, item: LedgerItem): void {
    if (this.#known.first === frame.sorts[0]) this.#known.items.set(shard, item);
  }
}

const least = (one: bigint, other: bigint) => (one < other ? one : other);
const atLeastNothing = (value: bigint) => (value < 0n ? 0n : value);
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const indexOfMost = (values: readonly bigint[]) =>
  values.reduce((best, value, index) => (value > (values[best] ?? value) ? index : best), 0);
