import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type CachedAnswer, type CacheKey, epochMs } from '@weir/core';
import * as z from 'zod/mini';
import { storedJson, storedNumber, storedString } from '../table/stored-attributes.ts';
import type { ObjectPlace } from './cached-objects.ts';
import type { PackedBody } from './packed-answer.ts';

type Item = Record<string, AttributeValue>;

/** Everything of an answer but its body and its times. */
export interface AnswerHead extends Pick<CachedAnswer, 'status' | 'headers' | 'form' | 'asStream'> {
  readonly coding: PackedBody['coding'];
}

/** An entry as the table has it. */
export interface StoredEntry {
  readonly head: AnswerHead;
  readonly storedAt: CachedAnswer['storedAt'];
  readonly place:
    | { readonly kind: 'here'; readonly bytes: Uint8Array }
    | ({ readonly kind: 'object' } & ObjectPlace);
}

/** `K#<hash>`; the table has no sort key. */
export const cacheItemKey = (key: CacheKey): Item => ({ pk: { S: `K#${key}` } });

const head = z.object({
  status: z.int(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  form: z.string(),
  asStream: z.boolean(),
  coding: z.enum(['zstd', 'none']),
});

const entryItem = z.object({
  head: storedJson(head),
  stored_at: storedNumber(z.int()),
  body: z.optional(z.object({ B: z.instanceof(Uint8Array) })),
  object: z.optional(storedString(z.string())),
  parts: z.optional(storedNumber(z.int())),
});

const number = (item: Item, name: string): number | null => {
  const text = item[name]?.N;
  return text === undefined ? null : Number(text);
};

/** Null: no answer, one whose time is over, or one that cannot be read: it is as good as none. */
export function freshEntry(item: Item, now: number): StoredEntry | null {
  const expiresAt = number(item, 'expires_at');
  if (expiresAt === null || expiresAt <= now) return null;
  const parsed = z.safeParse(entryItem, item);
  if (!parsed.success) return null;
  const { head, stored_at, body, object, parts } = parsed.data;
  const storedAt = epochMs(stored_at);
  if (object !== undefined && parts !== undefined)
    return { head, storedAt, place: { kind: 'object', key: object, parts } };
  return body ? { head, storedAt, place: { kind: 'here', bytes: body.B } } : null;
}

/** Who holds the lease; null: nobody, or it is over. */
export function leaderIn(item: Item, now: number): string | null {
  const until = number(item, 'lease_until');
  return until !== null && until > now ? (item.lease_holder?.S ?? null) : null;
}
