import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type AttributeValue, DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type AccountId,
  type Clock,
  StoreUnavailable,
  type TokenHash,
  type TokenId,
  type TokenRecord,
  type TokenStore,
} from '@weir/core';
import { ask } from '../aws/ask.ts';
import { type ItemKey, TOKEN_PREFIX, tokenKey, tokenSort } from '../table/keys.ts';
import { listKeys } from '../table/list-keys.ts';
import { isAbsent, putItemIf } from '../table/put-item.ts';
import { readItems } from '../table/read-items.ts';
import { fromTokenItem, rolledTo, toTokenItem, toTombstone } from '../table/token-item.ts';
import type { ControlStoreOptions } from './control-store-options.ts';
import { oneOfEach } from './one-of-each.ts';

type Item = Record<string, AttributeValue>;

/** A token asked for by id may be so new that the index does not show it yet: look again after these waits (ms). */
const INDEX_LAG = [50, 200] as const;
/** How often a roll starts over because the token was changed meanwhile. */
const ROLL_ATTEMPTS = 5;
const TOMBSTONE_SECONDS = 3_600;

/**
 * Tokens, each one item under the hash of its secret, found by account and id through the index.
 *
 * A roll has to move an item to another key without a transaction: put the new item, then turn the old one into a
 * tombstone on the condition that it is still what was copied. Whoever makes the tombstone has won; everyone else
 * takes back the item they put. When a process dies in between:
 *
 * | Died | Then |
 * | --- | --- |
 * | before the put | nothing happened |
 * | between put and tombstone | the old secret works; the new one too, but nobody was told it. The two items show as one token; the next update changes both, the next roll or delete ends both |
 * | after the tombstone | only the new secret works, and nobody was told it: roll again, by id |
 */
export class DynamoDBTokenStore implements TokenStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ client, table, clock }: ControlStoreOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async findByHash(hash: TokenHash): Promise<TokenRecord | null> {
    const item = await this.#read(hash);
    return item ? fromTokenItem(item) : null;
  }

  async get(account: AccountId, id: TokenId): Promise<TokenRecord | null> {
    for (const wait of [...INDEX_LAG, null]) {
      const [record] = oneOfEach(await this.#twins(account, id));
      if (record) return record;
      if (wait !== null) await sleep(wait);
    }
    return null;
  }

  async list(account: AccountId): Promise<readonly TokenRecord[]> {
    const keys = await listKeys(this.#client, this.#table, account, TOKEN_PREFIX);
    return oneOfEach(await this.#readTokens(keys));
  }

  async create(record: TokenRecord): Promise<void> {
    const isNew = await putItemIf(this.#client, this.#table, toTokenItem(record), isAbsent);
    if (!isNew) throw new Error('a token with this hash exists');
  }

  async update(record: TokenRecord, read: TokenRecord): Promise<boolean> {
    const { account, id, hash } = read.token;
    const twins = (await this.#twins(account, id)).map(({ token }) => token.hash);
    // Read before the first write: what a roll makes afterwards, it makes of the token as changed.
    const [item, ...others] = await Promise.all(
      [hash, ...twins.filter((it) => it !== hash)].map((it) => this.#read(it)),
    );
    if (!item || !isDeepStrictEqual(fromTokenItem(item), read)) return false;
    if (!(await this.#replace(item, toTokenItem(withHash(record, hash))))) return false;
    const left = others.flatMap((other) => (other ? [{ other, twin: fromTokenItem(other) }] : []));
    await Promise.all(
      left.map(
        ({ other, twin }) => twin && this.#replace(other, toTokenItem(withHash(record, twin.token.hash))),
      ),
    );
    return true;
  }

  async roll(record: TokenRecord, newHash: TokenHash): Promise<TokenRecord | null> {
    const { hash } = record.token;
    for (let attempt = 0; attempt < ROLL_ATTEMPTS; attempt++) {
      const item = await this.#read(hash);
      const old = item && fromTokenItem(item);
      if (!old) return null;
      const rolled = { ...withHash(old, newHash), modifiedOn: record.modifiedOn };
      const isNew = await putItemIf(this.#client, this.#table, toTokenItem(rolled), isAbsent);
      if (!isNew) throw new Error('a token with the new hash exists');
      if (await this.#bury(item, hash, newHash)) {
        await this.#deleteTwins(rolled, newHash);
        return rolled;
      }
      await this.#delete(newHash);
    }
    throw new StoreUnavailable('cannot roll a token: it keeps changing');
  }

  async delete(record: TokenRecord): Promise<void> {
    const deleted = await this.#delete(record.token.hash);
    const successor = deleted && rolledTo(deleted);
    if (successor) await this.#delete(successor);
    await this.#deleteTwins(record, null);
  }

  async #read(hash: TokenHash): Promise<Item | undefined> {
    const [item] = await readItems(this.#client, this.#table, [tokenKey(hash)]);
    return item;
  }

  async #readTokens(keys: readonly ItemKey[]): Promise<TokenRecord[]> {
    const items = await readItems(this.#client, this.#table, keys);
    return items.map(fromTokenItem).filter((record) => record !== null);
  }

  /** All items of one token: more than one only during a roll, or after one that was interrupted. */
  async #twins(account: AccountId, id: TokenId): Promise<TokenRecord[]> {
    const keys = await listKeys(this.#client, this.#table, account, tokenSort(id));
    return (await this.#readTokens(keys)).filter(({ token }) => token.id === id);
  }

  async #deleteTwins({ token }: TokenRecord, except: TokenHash | null): Promise<void> {
    const twins = await this.#twins(token.account, token.id);
    const hashes = twins.map((twin) => twin.token.hash).filter((hash) => hash !== except);
    await Promise.all(hashes.map((hash) => this.#delete(hash)));
  }

  async #delete(hash: TokenHash): Promise<Item | undefined> {
    const { pk, sk } = tokenKey(hash);
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ReturnValues: 'ALL_OLD',
    });
    return (await ask('delete a token', () => this.#client.send(command))).Attributes;
  }

  #bury(read: Item, hash: TokenHash, successor: TokenHash): Promise<boolean> {
    const ttl = Math.floor(this.#clock.now() / 1_000) + TOMBSTONE_SECONDS;
    return this.#replace(read, toTombstone(hash, successor, ttl));
  }

  /** False when the item was changed or deleted since it was read. */
  #replace(read: Item, by: Item): Promise<boolean> {
    return putItemIf(this.#client, this.#table, by, {
      expression: 'verdict = :verdict AND written = :written',
      values: { ':verdict': read.verdict ?? { NULL: true }, ':written': read.written ?? { NULL: true } },
    });
  }
}

function withHash(record: TokenRecord, hash: TokenHash): TokenRecord {
  return { ...record, token: { ...record.token, hash } };
}
