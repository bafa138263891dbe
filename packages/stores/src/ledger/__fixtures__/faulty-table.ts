import { StoreUnavailable } from '@weir/core';
import type { ItemKey } from '../../table/keys.ts';
import type { LedgerChange, LedgerItem, LedgerTable } from '../ledger-table.ts';

/** The process ended: nothing after this happened. */
export class ProcessDied extends Error {}

/** What becomes of a call: it may never arrive, or its answer may not; or the process ends at that moment. */
export type Fault = 'unsent' | 'unanswered' | 'dies-before' | 'dies-after';

/** A process's way to the table: calls take some turns, and faults come where they were ordered. */
export class FaultyTable implements LedgerTable {
  readonly #table: LedgerTable;
  readonly #random: () => number;
  readonly #faults = new Map<number, Fault>();
  #calls = 0;
  isDead = false;

  constructor(table: LedgerTable, random: () => number) {
    this.#table = table;
    this.#random = random;
  }

  /** @param calls from now; 0 is the next one. */
  order(fault: Fault, calls: number): void {
    this.#faults.set(this.#calls + calls, fault);
  }

  change(key: ItemKey, change: LedgerChange): Promise<LedgerItem | null> {
    return this.#call(() => this.#table.change(key, change));
  }

  read(key: ItemKey): Promise<LedgerItem> {
    return this.#call(() => this.#table.read(key));
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    this.#checkLife();
    const fault = this.#faults.get(this.#calls);
    this.#calls += 1;
    await this.#onTheWay();
    if (fault === 'unsent') throw new StoreUnavailable('ordered: never sent');
    if (fault === 'dies-before') this.isDead = true;
    this.#checkLife();
    const answer = await call();
    if (fault === 'dies-after') this.isDead = true;
    await this.#onTheWay();
    this.#checkLife();
    if (fault === 'unanswered') throw new StoreUnavailable('ordered: answer lost');
    return answer;
  }

  #checkLife(): void {
    if (this.isDead) throw new ProcessDied();
  }

  async #onTheWay(): Promise<void> {
    for (let turns = Math.floor(this.#random() * 4); turns > 0; turns--) await Promise.resolve();
  }
}
