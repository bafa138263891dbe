import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type CachedAnswer,
  type CacheKey,
  type CacheOwner,
  type CachePatience,
  type CacheSighting,
  type Clock,
  type EpochMs,
  type ResponseCache,
  StoreUnavailable,
} from '@weir/core';
import { ask, isConditionRefused } from '../aws/ask.ts';
import type { DynamoDBCall } from '../aws/dynamodb-call.ts';
import type { Bucket } from '../bucket/bucket.ts';
import { type AnswerHead, cacheItemKey, freshEntry, leaderIn, type StoredEntry } from './cache-item.ts';
import { deleteBody, getBody, type ObjectPlace, putBody } from './cached-objects.ts';
import { packBody, unpackBody } from './packed-answer.ts';

type Item = Record<string, AttributeValue>;

/** An item may have 400 KB. */
const LARGEST_INLINE = 350 * 1024;
/** Seconds that an item outlives what it says, so that the clean-up never takes what somebody still needs. */
const SLACK = 3_600;
/** Milliseconds that a large body may take: 25 MB are there in a few hundred, and a request is waiting. */
const OBJECT_IN_TIME = 2_000;

export interface DynamoDBResponseCacheOptions {
  readonly client: DynamoDBCall;
  /** The same for brief reads. */
  readonly hurried: DynamoDBCall;
  readonly table: string;
  /** For bodies that an item cannot hold. Called when there is one. */
  readonly bucket: () => Promise<Pick<Bucket, 'put' | 'get' | 'deleteAll'>>;
  readonly clock: Clock;
}

/**
 * One item a key on the `cache` table: the answer, and beside it who is getting the next one. Bodies over 350 KB
 * (compressed) are objects under `cache/`, a new one for every answer, so that item and object always fit; what nothing
 * points at is left to the bucket's lifecycle. `ttl` only cleans up.
 */
export class DynamoDBResponseCache implements ResponseCache {
  readonly #options: DynamoDBResponseCacheOptions;

  constructor(options: DynamoDBResponseCacheOptions) {
    this.#options = options;
  }

  async get(key: CacheKey, patience: CachePatience = 'briefly'): Promise<CacheSighting> {
    const { client, hurried, table, clock } = this.#options;
    const asked = patience === 'briefly' ? hurried : client;
    const input = { TableName: table, Key: cacheItemKey(key), ConsistentRead: true };
    const item = (await ask('read the cache', () => asked.getItem(input))) ?? {};
    const now = clock.now();
    const entry = freshEntry(item, now);
    return { answer: entry && (await this.#unpacked(entry)), leader: leaderIn(item, now) };
  }

  async put(
    key: CacheKey,
    owner: CacheOwner,
    { body, storedAt, ...answer }: CachedAnswer,
    { askedAt, expiresAt }: { readonly askedAt: EpochMs; readonly expiresAt: EpochMs },
  ): Promise<boolean> {
    const { coding, bytes } = await packBody(body);
    const head: AnswerHead = { ...answer, coding };
    const isInline = bytes.length <= LARGEST_INLINE;
    const place: Item = isInline ? { body: { B: bytes } } : await this.#objectItem(owner, bytes);
    const changed = await this.#update(key, {
      set: {
        ...ownerItem(owner),
        ...place,
        head: { S: JSON.stringify(head) },
        stored_at: { N: String(storedAt) },
        expires_at: { N: String(expiresAt) },
        ttl: ttlAt(expiresAt),
      },
      remove: ['lease_holder', 'lease_until', ...(isInline ? ['object', 'parts'] : ['body'])],
      condition: 'attribute_not_exists(purged_at) OR purged_at < :asked',
      values: { ':asked': { N: String(askedAt) } },
    });
    return changed !== null;
  }

  async lease(key: CacheKey, owner: CacheOwner, holder: string, until: EpochMs): Promise<boolean> {
    const changed = await this.#update(key, {
      set: {
        ...ownerItem(owner),
        lease_holder: { S: holder },
        lease_until: { N: String(until) },
        ttl: ttlAt(until),
      },
      remove: [],
      condition:
        '(attribute_not_exists(lease_until) OR lease_until <= :now OR lease_holder = :me) AND ' +
        '(attribute_not_exists(expires_at) OR expires_at <= :now)',
      values: { ':now': { N: String(this.#options.clock.now()) }, ':me': { S: holder } },
    });
    return changed !== null;
  }

  async release(key: CacheKey, holder: string): Promise<void> {
    await this.#update(key, {
      set: {},
      remove: ['lease_holder', 'lease_until'],
      condition: 'lease_holder = :me',
      values: { ':me': { S: holder } },
    });
  }

  async purge(key: CacheKey, owner: CacheOwner): Promise<boolean> {
    const now = this.#options.clock.now();
    const before = await this.#update(key, {
      set: { ...ownerItem(owner), purged_at: { N: String(now) }, ttl: ttlAt(now) },
      remove: ['head', 'body', 'object', 'parts', 'stored_at', 'expires_at'],
      condition: 'attribute_not_exists(account) OR (account = :account AND gateway = :gateway)',
      values: {},
      wantsOld: true,
    });
    if (before === null) return false;
    const entry = freshEntry(before, now);
    if (entry?.place.kind === 'object') await deleteBody(await this.#options.bucket(), entry.place);
    return entry !== null;
  }

  async #objectItem(owner: CacheOwner, bytes: Uint8Array): Promise<Item> {
    const { key, parts } = await putBody(await this.#options.bucket(), owner, bytes);
    return { object: { S: key }, parts: { N: String(parts) } };
  }

  async #unpacked({
    head: { coding, ...answer },
    storedAt,
    place,
  }: StoredEntry): Promise<CachedAnswer | null> {
    const bytes = place.kind === 'here' ? place.bytes : await inTime(this.#object(place));
    const body = bytes && (await unpackBody({ coding, bytes }));
    return body && { ...answer, body, storedAt };
  }

  async #object(place: ObjectPlace): Promise<Uint8Array | null> {
    return getBody(await this.#options.bucket(), place);
  }

  /** @returns the item before the change, where it is wanted; null when the condition did not hold. */
  async #update(
    key: CacheKey,
    { set, remove, condition, values, wantsOld = false }: Change,
  ): Promise<Item | null> {
    const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
    const input = {
      TableName: this.#options.table,
      Key: cacheItemKey(key),
      UpdateExpression: [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`] : []),
      ].join(' '),
      ConditionExpression: condition,
      // Some of the names are reserved words.
      ExpressionAttributeNames: Object.fromEntries(
        [...Object.keys(set), ...remove].map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        ...values,
      },
      ReturnValues: wantsOld ? ('ALL_OLD' as const) : ('NONE' as const),
    };
    try {
      return await ask('write to the cache', () => this.#options.client.updateItem(input));
    } catch (error) {
      if (isConditionRefused(error)) return null;
      throw error;
    }
  }
}

/** The bucket's own patience is for what nobody waits for. */
async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new StoreUnavailable(`the body of an entry took over ${OBJECT_IN_TIME} ms`));
    timer = setTimeout(giveUp, OBJECT_IN_TIME);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Change {
  readonly set: Item;
  readonly remove: readonly string[];
  readonly condition: string;
  readonly values: Item;
  readonly wantsOld?: boolean;
}

const ownerItem = ({ account, gateway }: CacheOwner): Item => ({
  account: { S: account },
  gateway: { S: gateway },
});

const ttlAt = (time: number): AttributeValue => ({ N: String(Math.ceil(time / 1000) + SLACK) });
