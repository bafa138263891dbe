import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { StoreUnavailable } from '@weir/core';
import { ask } from '../aws/ask.ts';
import type { ItemKey } from './keys.ts';

type Item = Record<string, AttributeValue>;

/** One call of the service. */
export type BatchRead = (
  input: BatchGetItemCommandInput,
) => Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;

/** The service's own limit on keys in one call. */
const KEYS_PER_CALL = 100;
/** Waits before the keys are asked for again that the service left out (it does when it throttles). Milliseconds. */
const PAUSES = [20, 60, 180] as const;

/**
 * Reads items by key, strongly consistent: one round trip for up to 100 distinct keys unless the service leaves some
 * out. Items come in no order; absent ones are missing.
 *
 * @throws {StoreUnavailable} also when the service keeps leaving keys out: "not read" is never taken for "not there".
 */
export async function readByKey(read: BatchRead, table: string, keys: readonly ItemKey[]): Promise<Item[]> {
  const items: Item[] = [];
  for (let start = 0; start < keys.length; start += KEYS_PER_CALL) {
    items.push(...(await readSome(read, table, keys.slice(start, start + KEYS_PER_CALL))));
  }
  return items;
}

async function readSome(read: BatchRead, table: string, keys: readonly ItemKey[]): Promise<Item[]> {
  const items: Item[] = [];
  let open: Item[] = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  for (const pause of [...PAUSES, null]) {
    const input = { RequestItems: { [table]: { Keys: open, ConsistentRead: true } } };
    const answer = await ask('read the configuration', () => read(input));
    items.push(...(answer.Responses?.[table] ?? []));
    open = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (open.length === 0) return items;
    if (pause !== null) await sleep(pause * (0.5 + Math.random() / 2));
  }
  throw new StoreUnavailable(`cannot read the configuration: ${open.length} keys stayed unprocessed`);
}
