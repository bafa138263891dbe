import {
  type AccountId,
  type CreditBalance,
  type CreditEntry,
  type Credits,
  micros,
  NO_MONEY,
  type TopUp,
} from '@weir/core';

type Range = Parameters<Credits['entries']>[1];

/** Credits as the port says, in a list, with charges that a test makes up. */
export class ListedCredits implements Credits {
  reserved = NO_MONEY;
  readonly #entries = new Map<AccountId, CreditEntry[]>();

  add(account: AccountId, entry: CreditEntry): void {
    this.#entries.set(account, [...this.#of(account), entry]);
  }

  async balance(account: AccountId): Promise<CreditBalance> {
    const available = this.#of(account).reduce(
      (sum, { kind, amount }) => (kind === 'charge' ? sum - amount : sum + amount),
      0n,
    );
    return { available: micros(available), reserved: this.reserved };
  }

  async topUp(account: AccountId, topUp: TopUp): Promise<'credited' | 'replayed' | 'conflict'> {
    const before = await this.findTopUp(account, topUp.id);
    if (before) return before.amount === topUp.amount ? 'replayed' : 'conflict';
    this.add(account, { kind: 'top-up', ...topUp });
    return 'credited';
  }

  async findTopUp(account: AccountId, id: string): Promise<CreditEntry | null> {
    return this.#of(account).find((entry) => entry.kind === 'top-up' && entry.id === id) ?? null;
  }

  async entries(account: AccountId, { from, to, kind }: Range): Promise<readonly CreditEntry[]> {
    return this.#of(account)
      .filter((entry) => entry.at >= from && entry.at < to && (kind === undefined || entry.kind === kind))
      .toSorted((one, other) => one.at - other.at);
  }

  #of(account: AccountId): readonly CreditEntry[] {
    return this.#entries.get(account) ?? [];
  }
}
