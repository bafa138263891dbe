import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { DamagedItem } from './damaged-item.ts';

/** A string attribute whose text has the given shape. */
export const storedString = <T extends z.core.$ZodType<unknown, string>>(shape: T) =>
  z.pipe(
    z.pipe(
      z.object({ S: z.string() }),
      z.transform(({ S }) => S),
    ),
    shape,
  );

/** A number attribute. */
export const storedNumber = <T extends z.core.$ZodType<unknown, number>>(shape: T) =>
  z.pipe(
    z.pipe(
      z.object({ N: z.string() }),
      z.transform(({ N }) => Number(N)),
    ),
    shape,
  );

/** A string attribute that holds JSON of the given shape. */
export const storedJson = <T extends z.core.$ZodType>(shape: T) =>
  z.pipe(
    z.pipe(
      z.object({ S: z.string() }),
      z.transform(({ S }, context): unknown => {
        try {
          return JSON.parse(S);
        } catch {
          // The parser's own words would quote the contents.
          context.issues.push({ code: 'custom', message: 'not JSON', input: undefined });
          return z.NEVER;
        }
      }),
    ),
    shape,
  );

/** @throws {DamagedItem} that names the item's key and the attributes at fault. */
export function parseItem<T extends z.core.$ZodType>(
  shape: T,
  item: Record<string, AttributeValue>,
): z.output<T> {
  const parsed = z.safeParse(shape, item);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'item'} (${code})`);
  throw new DamagedItem(`${item.pk?.S ?? '?'} / ${item.sk?.S ?? '?'}`, [...new Set(problems)].join(', '));
}
