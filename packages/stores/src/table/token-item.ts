import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type AccountId,
  type EpochMs,
  type GatewayId,
  type JsonValue,
  PERMISSION_GROUPS,
  type Permission,
  parseAccountId,
  parseGatewayId,
  type StoredToken,
  type TokenHash,
  type TokenId,
  type TokenRecord,
} from '@weir/core';
import * as z from 'zod/mini';
import { accountPartition, tokenKey, tokenSort } from './keys.ts';
import { parseItem, storedJson, storedString } from './stored-attributes.ts';

const text = <T extends string>() => z.custom<T>((value) => typeof value === 'string' && value !== '');
const instant = z.nullable(z.custom<EpochMs>((value) => Number.isInteger(value)));
const json = z.custom<JsonValue>((value) => value !== undefined);
const KNOWN: ReadonlySet<string> = new Set(PERMISSION_GROUPS.map(({ key }) => key));

/** A permission that a newer version added is left out: this one never asks for it, to allow or to deny. */
const permissions = z.pipe(
  z.array(z.string()),
  z.transform((keys) => keys.filter((key): key is Permission => KNOWN.has(key))),
);

const grant = z.object({
  effect: z.enum(['allow', 'deny']),
  permissions,
  gateways: z.union([
    z.literal('all'),
    z.array(z.custom<GatewayId>((value) => parseGatewayId(String(value)) !== null)),
  ]),
});

/** No field has a default: a right that cannot be read is no right. */
const storedToken = z.object({
  id: text<TokenId>(),
  hash: text<TokenHash>(),
  account: z.custom<AccountId>((value) => parseAccountId(String(value)) !== null),
  name: z.string(),
  enabled: z.boolean(),
  notBefore: instant,
  expiresOn: instant,
  grants: z.array(grant),
  allowedAddresses: z.array(z.string()),
  deniedAddresses: z.array(z.string()),
});

const verdictItem = z.object({ verdict: storedJson(storedToken) });

const recordItem = z.object({
  verdict: storedJson(storedToken),
  written: storedJson(z.object({ policies: json, condition: json })),
  issued_on: storedString(z.string()),
  modified_on: storedString(z.string()),
});

/** Two texts: `verdict` is all that the data plane reads, `written` what only the token API echoes. */
export function toTokenItem(record: TokenRecord): Record<string, AttributeValue> {
  const { token, policies, condition } = record;
  const key = tokenKey(token.hash);
  return {
    pk: { S: key.pk },
    sk: { S: key.sk },
    account_pk: { S: accountPartition(token.account) },
    account_sk: { S: tokenSort(token.id) },
    verdict: { S: JSON.stringify(token) },
    written: { S: JSON.stringify({ policies, condition }) },
    issued_on: { S: record.issuedOn },
    modified_on: { S: record.modifiedOn },
  };
}

/**
 * What a roll leaves under the old hash: no right, only where the token went. Not in the index, and cleaned up by
 * TTL.
 *
 * @param ttl epoch seconds.
 */
export function toTombstone(
  old: TokenHash,
  rolledTo: TokenHash,
  ttl: number,
): Record<string, AttributeValue> {
  const key = tokenKey(old);
  return { pk: { S: key.pk }, sk: { S: key.sk }, rolled_to: { S: rolledTo }, ttl: { N: String(ttl) } };
}

/** The hash that the token has now; null when the item is a token and no tombstone. */
export function rolledTo(item: Record<string, AttributeValue>): TokenHash | null {
  return (item.rolled_to?.S ?? null) as TokenHash | null;
}

/** The data plane's part of the item; null for a tombstone. @throws {DamagedItem} */
export function verdictOf(item: Record<string, AttributeValue>): StoredToken | null {
  return rolledTo(item) === null ? parseItem(verdictItem, item).verdict : null;
}

/** Null for a tombstone. @throws {DamagedItem} */
export function fromTokenItem(item: Record<string, AttributeValue>): TokenRecord | null {
  if (rolledTo(item) !== null) return null;
  const { verdict, written, issued_on, modified_on } = parseItem(recordItem, item);
  return { token: verdict, ...written, issuedOn: issued_on, modifiedOn: modified_on };
}
