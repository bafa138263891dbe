import {
  type AccountId,
  type Clock,
  type EpochMs,
  epochMs,
  type GatewayId,
  type LogStore,
  type Micros,
  micros,
} from '@weir/core';
import { estimatedRecord } from './estimated-record.ts';
import { balanceKey, bucketPartition, bucketsPartition, OWNERS, windowSort } from './ledger-places.ts';
import type { LedgerItem, LedgerList, LedgerTable, ListedItem } from './ledger-table.ts';
import { enter, movementsIn, readMovement } from './movement.ts';
import { isWhole } from './next-budget.ts';
import { type NamedReservation, reservationsIn } from './open-reservation.ts';
import { cleanSince, foundCleanAt, isIdle, readBudget } from './registry.ts';
import { finishMove, movesIn, movesOut, NOTED_FOR, SWEPT_AFTER } from './room-move.ts';
import { type Counting, settlementOf } from './settlement.ts';

export interface LedgerSweeperOptions {
  readonly table: LedgerTable;
  readonly list: LedgerList;
  readonly logs: Pick<LogStore, 'get' | 'put'>;
  readonly clock: Clock;
  /** Takes what kept a bucket from being swept; the others are swept all the same. */
  readonly report: (place: string, error: unknown) => void;
}

/**
 * After its expiry, before the sweeper settles a reservation: longer than a record takes from the queue, or from where
 * the queue's refusals are drained every five minutes, to the log. Milliseconds.
 */
const GRACE = 900_000;
/** Nobody reserves in a fixed window that ended so long ago. Milliseconds. */
const LATEST_RESERVATION = 3_600_000;
/** A top-up's note keeps a late second telling away, so it stays longer than any call. Milliseconds. */
const TOP_UP_NOTED_FOR = 86_400_000;

export interface Swept {
  /** Reservations that were settled. */
  settled: number;
  /** Records that were written for them. */
  recorded: number;
  /** Entries of movements that were written. */
  entered: number;
  failures: number;
}

interface Owner {
  readonly account: AccountId;
  readonly gateway: GatewayId | null;
}

/**
 * Ends what nobody else will end: reservations of processes that died, moves of room that broke off, movements without an
 * entry. Every step is one conditional write and may be broken off or made twice; several sweepers may run at once.
 */
export class LedgerSweeper {
  readonly #options: LedgerSweeperOptions;

  constructor(options: LedgerSweeperOptions) {
    this.#options = options;
  }

  /** As long as `mayGoOn`. @throws {StoreUnavailable} when not even the owners can be listed. */
  async sweep(mayGoOn: () => boolean = () => true): Promise<Swept> {
    const swept: Swept = { settled: 0, recorded: 0, entered: 0, failures: 0 };
    for await (const { key } of this.#options.list.list(OWNERS)) {
      if (!mayGoOn()) return swept;
      await this.#attempt(key.sk, swept, async () => {
        const { account, gateway } = ownerOf(key.sk);
        if (gateway === null) await this.#sweepBalance(account, swept);
        else await this.#sweepGateway(account, gateway, swept, mayGoOn);
      });
    }
    return swept;
  }

  async #sweepGateway(
    account: AccountId,
    gateway: GatewayId,
    swept: Swept,
    mayGoOn: () => boolean,
  ): Promise<void> {
    for await (const registered of this.#options.list.list(bucketsPartition(account, gateway))) {
      if (!mayGoOn()) return;
      if (isIdle(registered.item)) continue;
      await this.#attempt(`${account}#${gateway}#${registered.key.sk}`, swept, () =>
        this.#sweepBucket({ account, gateway }, registered, swept),
      );
    }
  }

  async #sweepBucket(owner: Owner, { key, item }: ListedItem, swept: Swept): Promise<void> {
    const { table, list, clock } = this.#options;
    const beganAt = clock.now();
    const budget = readBudget(item);
    const { technique, length } = budget.window;
    const counting: Counting = technique === 'fixed' ? { kind: 'fixed' } : { kind: 'sliding', length };
    const cleanAt = foundCleanAt(item);
    const range =
      technique === 'fixed' && cleanAt !== null
        ? { from: windowSort(length, epochMs(Math.max(0, cleanAt - LATEST_RESERVATION))) }
        : {};
    let isClean = true;
    for await (const listed of list.list(bucketPartition(budget), range)) {
      for (const reservation of reservationsIn(listed.item))
        isClean = (await this.#end(owner, listed, counting, reservation, swept)) && isClean;
      isClean = (await this.#endMoves(listed, technique)) && isClean;
    }
    if (isClean) await table.change(key, cleanSince(item, beganAt));
  }

  async #sweepBalance(account: AccountId, swept: Swept): Promise<void> {
    const { table, clock } = this.#options;
    const key = balanceKey(account);
    const owner = { account, gateway: null };
    const before = await table.read(key);
    for (const reservation of reservationsIn(before))
      await this.#end(owner, { key, item: before }, { kind: 'balance' }, reservation, swept);
    const item = await table.read(key);
    for (const movement of movementsIn(item)) {
      await enter(table, account, movement);
      swept.entered += 1;
      const { kind, at } = readMovement(movement.text);
      if (kind === 'top-up' && clock.now() < at + TOP_UP_NOTED_FOR) continue;
      const { name, text } = movement;
      await table.change(key, { when: [{ kind: 'is', name, value: text }], remove: [name] });
    }
  }

  /** @returns whether nothing of it is left. */
  async #end(
    owner: Owner,
    { key }: ListedItem,
    counting: Counting,
    { id, text, reservation }: NamedReservation,
    swept: Swept,
  ): Promise<boolean> {
    const { table, clock } = this.#options;
    const at = clock.now();
    if (at < reservation.expiresAt + GRACE) return false;
    const named = { id, text, reservation };
    const actual = reservation.isTrace ? micros(0n) : await this.#costOf(owner, named, swept);
    const settled = await table.change(
      key,
      settlementOf(counting, { id, text, actual, at, leavesTrace: false }),
    );
    if (settled && !reservation.isTrace) swept.settled += 1;
    return true;
  }

  /**
   * What the request's record says; one without a cost cost nothing. Where there is none, one is written that says what
   * was reserved. It is read back: should the true one have come first after all, that one counts.
   *
   * A request that has neither a record nor all of its reservations was never served: whoever settles one has a record
   * before. The order matters, since another sweeper may be at it: reservations first, then the record.
   */
  async #costOf(owner: Owner, { id, reservation }: NamedReservation, swept: Swept): Promise<Micros> {
    const { logs, clock } = this.#options;
    const { gateway } = reservation;
    if (!reservation.recorded) return reservation.amount;
    const wasServed = await isWhole(this.#options.table, owner.account, id, reservation);
    const written = await logs.get(owner.account, gateway, id);
    if (written) return micros(BigInt(written.record.cost?.micros ?? 0));
    if (!wasServed) return micros(0n);
    await logs.put(
      estimatedRecord({ id, account: owner.account, gateway, amount: reservation.amount, at: clock.now() }),
    );
    swept.recorded += 1;
    const read = await logs.get(owner.account, gateway, id);
    // Null: the gateway was deleted, and its records with it.
    return read ? micros(BigInt(read.record.cost?.micros ?? 0)) : reservation.amount;
  }

  async #endMoves({ key, item }: ListedItem, technique: 'fixed' | 'sliding'): Promise<boolean> {
    const { table, clock } = this.#options;
    const now = clock.now();
    const shard = Number(key.sk.slice(key.sk.lastIndexOf('#') + 1));
    let isClean = true;
    for (const move of movesOut(item, shard)) {
      if (now - move.at >= SWEPT_AFTER) await finishMove(table, key, move);
      else isClean = false;
    }
    // A window's notes go with its items.
    if (technique === 'fixed') return isClean;
    for (const note of movesIn(item)) isClean = (await this.#forgetNote(key, note, now)) && isClean;
    return isClean;
  }

  async #forgetNote(
    key: ListedItem['key'],
    { name, from, at, out }: ReturnType<typeof movesIn>[number],
    now: EpochMs,
  ): Promise<boolean> {
    const { table } = this.#options;
    if (now - at < NOTED_FOR) return false;
    const giver: LedgerItem = await table.read({
      pk: key.pk,
      sk: `SLIDING#${from.toString().padStart(2, '0')}`,
    });
    if (giver.has(out)) return false;
    await table.change(key, { when: [], remove: [name] });
    return true;
  }

  async #attempt(place: string, swept: Swept, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      swept.failures += 1;
      this.#options.report(place, error);
    }
  }
}

/** Of `G#<account>#<gateway>` or `A#<account>`. */
function ownerOf(sort: string): Owner {
  const [kind, account, gateway] = sort.split('#');
  return { account: account as AccountId, gateway: kind === 'G' ? (gateway as GatewayId) : null };
}
