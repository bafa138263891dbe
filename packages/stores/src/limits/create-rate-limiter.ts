import type { Clock, LimitView, RateLimiter } from '@weir/core';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { DynamoDBLimitTable } from './dynamodb-limit-table.ts';
import type { LimitTable } from './limit-table.ts';
import { MemoryLimitTable } from './memory-limit-table.ts';
import { StoredLimitView } from './stored-limit-view.ts';
import { StoredRateLimiter } from './stored-rate-limiter.ts';

/**
 * A write whose answer is not waited for may have counted, and counts once more when it is repeated. So an answer is
 * waited for somewhat longer than elsewhere.
 */
const PATIENCE = { connect: 1_000, answer: 2_000, attempts: 2 };

export interface RateLimiterOptions {
  readonly table: string;
  readonly clock: Clock;
  readonly client?: DynamoDBCall;
}

/** Counts in the `state` table, over all processes. One per process. */
export function createRateLimiter({
  table,
  clock,
  client = new DynamoDBCall({ patience: PATIENCE }),
}: RateLimiterOptions): RateLimiter {
  return new StoredRateLimiter({ table: new DynamoDBLimitTable(client, table), clock });
}

/**
 * Counts in this process alone, or together with others that are given the same table.
 *
 * @param random in [0, 1); given by who wants the same decisions once more.
 */
export function createMemoryRateLimiter(
  clock: Clock,
  table: LimitTable = new MemoryLimitTable(),
  random: () => number = Math.random,
): RateLimiter {
  return new StoredRateLimiter({ table, clock, random });
}

/** A look at the counts, for the control plane. */
export const createLimitView = ({
  table,
  clock,
  client = new DynamoDBCall({ patience: PATIENCE }),
}: RateLimiterOptions): LimitView => new StoredLimitView(new DynamoDBLimitTable(client, table), clock);
