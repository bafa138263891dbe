import type { StoredKey } from '@weir/core';
import * as z from 'zod/mini';

const part = z.exactOptional(z.string());
const count = z.int().check(z.nonnegative());

/** A gateway's keys, as they stand in its item. */
export const storedKeys: z.ZodMiniType<readonly StoredKey[]> = z.array(
  z.object({
    id: z.string(),
    provider: z.string(),
    alias: z.string(),
    defaultConfig: z.boolean(),
    secret: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('sealed'),
        sealed: z.object({ v: z.literal(1), wrapped: z.string(), iv: z.string(), data: z.string() }),
      }),
      z.object({ kind: z.literal('named'), secretId: z.string() }),
    ]),
    preview: z.string(),
    place: z.object({ region: part, project: part, resource: part, account: part }),
    rateLimit: z.nullable(count),
    ratePeriod: count,
    order: count,
    weight: count,
    createdAt: z.string(),
    modifiedAt: z.string(),
  }),
);
