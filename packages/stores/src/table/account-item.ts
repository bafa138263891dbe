import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Account, type AccountId, parseAccountId } from '@weir/core';
import * as z from 'zod/mini';
import { accountKey } from './keys.ts';
import { parseItem, storedString } from './stored-attributes.ts';

const accountItem = z.object({
  id: storedString(z.custom<AccountId>((value) => parseAccountId(String(value)) !== null)),
  name: storedString(z.string()),
  created_at: storedString(z.string()),
});

export function toAccountItem(account: Account): Record<string, AttributeValue> {
  const key = accountKey(account.id);
  return {
    pk: { S: key.pk },
    sk: { S: key.sk },
    id: { S: account.id },
    name: { S: account.name },
    created_at: { S: account.createdAt },
  };
}

/** @throws {DamagedItem} */
export function fromAccountItem(item: Record<string, AttributeValue>): Account {
  const { id, name, created_at } = parseItem(accountItem, item);
  return { id, name, createdAt: created_at };
}
