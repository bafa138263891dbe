import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AccountId, TopUpPlan } from '@weir/core';
import * as z from 'zod/mini';
import { topUpKey } from './keys.ts';
import { parseItem, storedNumber } from './stored-attributes.ts';

const topUpItem = z.object({ amount: storedNumber(z.int()), threshold: storedNumber(z.int()) });

export function toTopUpItem(account: AccountId, plan: TopUpPlan): Record<string, AttributeValue> {
  const { pk, sk } = topUpKey(account);
  return {
    pk: { S: pk },
    sk: { S: sk },
    amount: { N: String(plan.amount) },
    threshold: { N: String(plan.threshold) },
  };
}

/** @throws {DamagedItem} */
export const fromTopUpItem = (item: Record<string, AttributeValue>): TopUpPlan => parseItem(topUpItem, item);
