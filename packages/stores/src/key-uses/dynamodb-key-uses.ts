import { type DynamoDBClient, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type AccountId, type EpochMs, epochMs, type GatewayId, type KeyUses } from '@weir/core';
import * as z from 'zod/mini';
import { ask, isConditionRefused } from '../aws/ask.ts';
import { RecentlyUsed } from '../config/recently-used.ts';

/** How exact a time is. Milliseconds. */
const STEP = 60_000;
/** A use is forgotten after it. Seconds. */
const KEPT_FOR = 400 * 86_400;
/** Keys whose last note this process remembers. */
const REMEMBERED = 10_000;

const use = z.object({ sk: z.object({ S: z.string() }), used_at: z.object({ N: z.string() }) });

export interface KeyUsesOptions {
  readonly client: DynamoDBClient;
  /** The `logs` table's name. */
  readonly table: string;
}

/**
 * On the `logs` table: one item a key, pk `K#<account>#<gateway>`, sk the key's id. Both functions may read or write that
 * table for records anyway, so that no right is added for this. A key's id is never used again, so a gateway that is made
 * anew shows nothing of the one before.
 */
export class DynamoDBKeyUses implements KeyUses {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #noted = new RecentlyUsed<string, { readonly at: EpochMs; readonly done: Promise<void> }>(
    REMEMBERED,
  );

  constructor({ client, table }: KeyUsesOptions) {
    this.#client = client;
    this.#table = table;
  }

  async note(account: AccountId, gateway: GatewayId, keyId: string, at: EpochMs): Promise<void> {
    const name = `${partitionOf(account, gateway)}#${keyId}`;
    const noted = this.#noted.get(name);
    // The records of a batch come at once, and most of them name one key: what is under way serves them all.
    if (noted !== undefined && at < noted.at + STEP) return noted.done;
    const done = this.#write(account, gateway, keyId, at);
    this.#noted.set(name, { at, done });
    try {
      await done;
    } catch (error) {
      this.#noted.delete(name);
      throw error;
    }
  }

  async #write(account: AccountId, gateway: GatewayId, keyId: string, at: EpochMs): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: { pk: { S: partitionOf(account, gateway) }, sk: { S: keyId } },
      UpdateExpression: 'SET used_at = :at, #ttl = :ttl',
      // Another process may have noted the minute.
      ConditionExpression: 'attribute_not_exists(used_at) OR used_at <= :before',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':at': { N: String(at) },
        ':before': { N: String(at - STEP) },
        ':ttl': { N: String(Math.ceil(at / 1_000) + KEPT_FOR) },
      },
    });
    try {
      await ask('note the use of a key', () => this.#client.send(command));
    } catch (error) {
      if (!isConditionRefused(error)) throw error;
    }
  }

  async list(account: AccountId, gateway: GatewayId): Promise<ReadonlyMap<string, EpochMs>> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partitionOf(account, gateway) } },
      },
    );
    const uses = new Map<string, EpochMs>();
    await ask('read when keys were used', async () => {
      for await (const page of pages) {
        for (const item of page.Items ?? []) {
          const { sk, used_at } = use.parse(item);
          uses.set(sk.S, epochMs(Number(used_at.N)));
        }
      }
    });
    return uses;
  }
}

const partitionOf = (account: AccountId, gateway: GatewayId) => `K#${account}#${gateway}`;
