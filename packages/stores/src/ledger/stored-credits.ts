import {
  type AccountId,
  type Clock,
  type CreditBalance,
  type CreditEntry,
  type Credits,
  type EpochMs,
  micros,
  type TopUp,
} from '@weir/core';
import { balanceKey } from './ledger-places.ts';
import { type LedgerList, type LedgerTable, numberIn, textIn } from './ledger-table.ts';
import {
  enter,
  entriesPartition,
  entryOf,
  entrySort,
  findEnteredTopUp,
  KINDS,
  readMovement,
  topUpName,
  writeMovement,
} from './movement.ts';
import { reservedIn } from './open-reservation.ts';
import { Registry } from './registry.ts';

export interface StoredCreditsOptions {
  readonly table: LedgerTable;
  readonly list: LedgerList;
  readonly clock: Clock;
}

/**
 * The {@link Credits} on any table. A top-up is one write of the balance, which notes it; its entry is written after it.
 * Until the entry is there the note says that it counted, and the note stays for a day longer, so that no second telling
 * that looked before the first comes after it.
 */
export class StoredCredits implements Credits {
  readonly #table: LedgerTable;
  readonly #list: LedgerList;
  readonly #registry: Registry;

  constructor({ table, list, clock }: StoredCreditsOptions) {
    this.#table = table;
    this.#list = list;
    this.#registry = new Registry(table, clock);
  }

  async balance(account: AccountId): Promise<CreditBalance> {
    const item = await this.#table.read(balanceKey(account));
    const reserved = reservedIn(item);
    return { available: micros(numberIn(item, 'available') + reserved), reserved: micros(reserved) };
  }

  async topUp(
    account: AccountId,
    { id, amount, by, at }: TopUp,
  ): Promise<'credited' | 'replayed' | 'conflict'> {
    const before = await findEnteredTopUp(this.#table, account, id);
    if (before) return before.amount === amount ? 'replayed' : 'conflict';
    // First, so that the sweeper finds what a crash leaves.
    await this.#registry.announce({ kind: 'balance', account });
    const name = topUpName(id);
    const text = writeMovement({ kind: 'top-up', amount, at, by });
    const added = await this.#table.change(balanceKey(account), {
      when: [{ kind: 'absent', name }],
      add: { available: amount },
      set: { [name]: text },
    });
    if (added) {
      await enter(this.#table, account, { id, name, text });
      return 'credited';
    }
    const noted = textIn(await this.#table.read(balanceKey(account)), name);
    if (noted === null) return this.topUp(account, { id, amount, by, at });
    await enter(this.#table, account, { id, name, text: noted });
    return readMovement(noted).amount === amount ? 'replayed' : 'conflict';
  }

  async findTopUp(account: AccountId, id: string): Promise<CreditEntry | null> {
    const entered = await findEnteredTopUp(this.#table, account, id);
    if (entered) return entered;
    const name = topUpName(id);
    const noted = textIn(await this.#table.read(balanceKey(account)), name);
    return noted === null ? null : entryOf(id, new Map([['movement', noted]]));
  }

  async entries(
    account: AccountId,
    { from, to, kind }: { readonly from: EpochMs; readonly to: EpochMs; readonly kind?: CreditEntry['kind'] },
  ): Promise<readonly CreditEntry[]> {
    const range = { from: entrySort(from), before: entrySort(to) };
    const lists = (kind === undefined ? KINDS : [kind]).map(async (one) => {
      const found: CreditEntry[] = [];
      for await (const { key, item } of this.#list.list(entriesPartition(account, one), range))
        found.push(entryOf(key.sk.slice(key.sk.indexOf('#') + 1), item));
      return found;
    });
    return (await Promise.all(lists)).flat().sort((one, other) => one.at - other.at);
  }
}
