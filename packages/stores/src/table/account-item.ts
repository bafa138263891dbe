import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type Account,
  type AccountId,
  type AccountSnapshot,
  type CustomProvider,
  type PriceOverride,
  parseAccountId,
} from '@weir/core';
import * as z from 'zod/mini';
import { accountKey } from './keys.ts';
import { parseItem, storedJson, storedNumber, storedString } from './stored-attributes.ts';

const accountId = storedString(z.custom<AccountId>((value) => parseAccountId(String(value)) !== null));

const accountItem = z.object({
  id: accountId,
  name: storedString(z.string()),
  created_at: storedString(z.string()),
});

const words = z.nullable(z.string());

const customProvider = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  base_url: z.string(),
  enable: z.boolean(),
  beta: z.boolean(),
  description: words,
  link: words,
  curl_example: words,
  js_example: words,
  headers: z.record(z.string(), z.string()),
  position: z.number(),
  created_at: z.string(),
  modified_at: z.string(),
}) satisfies z.ZodMiniType<CustomProvider>;

/** Of an account, or of a gateway. */
export const storedPrice = z.object({
  provider: z.string(),
  model: z.string(),
  rates: z.record(z.string(), z.string()),
}) satisfies z.ZodMiniType<PriceOverride>;

/** Accounts that nobody has changed have none of the last three. */
const snapshotItem = z.object({
  id: accountId,
  version: z.optional(storedNumber(z.int())),
  custom_providers: z.optional(storedJson(z.array(customProvider))),
  prices: z.optional(storedJson(z.array(storedPrice))),
});

type Item = Record<string, AttributeValue>;

export function toAccountItem(account: Account): Item {
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
export function fromAccountItem(item: Item): Account {
  const { id, name, created_at } = parseItem(accountItem, item);
  return { id, name, createdAt: created_at };
}

/** What a new version of the account's snapshot is in its item: JSON texts, cheaper to read than nested attributes. */
export function snapshotAttributes({ version, customProviders, prices }: AccountSnapshot) {
  return {
    version: { N: String(version) },
    custom_providers: { S: JSON.stringify(customProviders) },
    prices: { S: JSON.stringify(prices) },
  } satisfies Item;
}

/** @throws {DamagedItem} */
export function snapshotIn(item: Item): AccountSnapshot {
  const { id, version, custom_providers, prices } = parseItem(snapshotItem, item);
  return { id, version: version ?? 0, customProviders: custom_providers ?? [], prices: prices ?? [] };
}
