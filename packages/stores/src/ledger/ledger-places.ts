import { createHash } from 'node:crypto';
import { type AccountId, type Budget, type EpochMs, epochMs, type GatewayId } from '@weir/core';
import type { ItemKey } from '../table/keys.ts';

/** A spend limit's bucket. */
export type LimitBudget = Extract<Budget, { readonly kind: 'limit' }>;

const MS_PER_DAY = 86_400_000;
/** Of a sliding window; what was spent may so count for up to 2 % longer than the window. */
const CELLS = 50;
const DIGITS = 16;

/**
 * What a bucket is known by. Its limit is none of it, so that it may change while money is counted; another window, or
 * another number of shards, counts anew.
 */
export function bucketName({ rule, bucket, window, shards }: LimitBudget): string {
  const text = JSON.stringify([rule, bucket, window.technique, window.length, shards]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

export const bucketPartitionOf = (account: AccountId, gateway: GatewayId, name: string) =>
  `B#${account}#${gateway}#${name}`;

export const bucketPartition = (budget: LimitBudget) =>
  bucketPartitionOf(budget.account, budget.gateway, bucketName(budget));

/** Everything that depends on when a bucket is looked at. */
export interface Frame {
  /** Of all its items, by shard. */
  readonly sorts: readonly string[];
  /** When nothing of it counts any more, if nothing else is spent. */
  readonly endsAt: EpochMs;
}

export function frameOf({ window, shards }: LimitBudget, at: EpochMs): Frame {
  const { technique, length } = window;
  const first = technique === 'fixed' ? windowSort(length, at) : 'SLIDING';
  const sorts = Array.from({ length: shards }, (_, shard) => `${first}#${shard.toString().padStart(2, '0')}`);
  const endsAt =
    technique === 'fixed' ? (Math.floor(at / length) + 1) * length : at + length + spanOf(length);
  return { sorts, endsAt: epochMs(endsAt) };
}

/** Sorts by time. */
export const windowSort = (length: number, at: EpochMs) =>
  Math.floor(at / length)
    .toString()
    .padStart(DIGITS, '0');

/** The same window's item of another shard. */
export const siblingSort = (sort: string, shard: number) =>
  `${sort.slice(0, sort.lastIndexOf('#'))}#${shard.toString().padStart(2, '0')}`;

/** How long a cell takes in. */
const spanOf = (length: number) => Math.max(1, Math.ceil(length / CELLS));
export const cellAt = (length: number, at: EpochMs) => Math.floor(at / spanOf(length));
/** The last that was spent into a cell has left the window then. */
export const cellLeavesAt = (length: number, cell: number) => epochMs((cell + 1) * spanOf(length) + length);

/** A shard's part of a limit; the parts add up to it. */
export function shareOf({ limit, shards }: LimitBudget, shard: number): bigint {
  const count = BigInt(shards);
  return limit / count + (BigInt(shard) < limit % count ? 1n : 0n);
}

/** Items stay for a week after they matter: the sweeper may have been down. */
export const keptUntil = (...times: readonly number[]) => epochMs(Math.max(...times) + 7 * MS_PER_DAY);

export const balanceKey = (account: AccountId): ItemKey => ({ pk: `P#${account}`, sk: 'BALANCE' });

/** Which buckets a gateway has. */
export const bucketsPartition = (account: AccountId, gateway: GatewayId) => `I#${account}#${gateway}`;
/** Which gateways have buckets, and which accounts have a balance. */
export const OWNERS = 'I#OWNERS';
export const gatewayOwnerSort = (account: AccountId, gateway: GatewayId) => `G#${account}#${gateway}`;
export const accountOwnerSort = (account: AccountId) => `A#${account}`;
