import { isDeepStrictEqual } from 'node:util';
import type { AccountId, TokenHash, TokenId, TokenRecord, TokenStore } from '@weir/core';
import type { MemoryConfig } from './memory-config.ts';
import { oneOfEach } from './one-of-each.ts';

export class MemoryTokenStore implements TokenStore {
  readonly #config: MemoryConfig;

  constructor(config: MemoryConfig) {
    this.#config = config;
  }

  async findByHash(hash: TokenHash): Promise<TokenRecord | null> {
    return this.#config.tokens.get(hash) ?? null;
  }

  async get(account: AccountId, id: TokenId): Promise<TokenRecord | null> {
    return this.#find(account, id);
  }

  async list(account: AccountId): Promise<readonly TokenRecord[]> {
    return oneOfEach([...this.#config.tokens.values()].filter(({ token }) => token.account === account));
  }

  async create(record: TokenRecord): Promise<void> {
    if (this.#config.tokens.has(record.token.hash)) throw new Error('a token with this hash exists');
    this.#config.tokens.set(record.token.hash, record);
  }

  async update(record: TokenRecord, read: TokenRecord): Promise<boolean> {
    const { hash } = read.token;
    if (!isDeepStrictEqual(this.#config.tokens.get(hash), read)) return false;
    this.#config.tokens.set(hash, { ...record, token: { ...record.token, hash } });
    return true;
  }

  async roll(record: TokenRecord, newHash: TokenHash): Promise<TokenRecord | null> {
    const old = this.#config.tokens.get(record.token.hash);
    if (!old) return null;
    const rolled = { ...old, modifiedOn: record.modifiedOn, token: { ...old.token, hash: newHash } };
    this.#config.tokens.set(newHash, rolled);
    this.#config.tokens.delete(record.token.hash);
    return rolled;
  }

  async delete({ token }: TokenRecord): Promise<void> {
    const stored = this.#find(token.account, token.id);
    if (stored) this.#config.tokens.delete(stored.token.hash);
  }

  #find(account: AccountId, id: TokenId): TokenRecord | null {
    const records = [...this.#config.tokens.values()];
    return records.find(({ token }) => token.account === account && token.id === id) ?? null;
  }
}
