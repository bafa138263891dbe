import {
  addTallies,
  type EpochMs,
  micros,
  type Tally,
  TOKEN_CLASSES,
  type TokenUsage,
  type TotalsRow,
} from '@weir/core';
import * as z from 'zod';
import { type Minute, startOfMinute } from '../logs/log-place.ts';
import type { Item } from '../logs/log-table.ts';
import { parseItem, storedJson, storedString } from '../table/stored-attributes.ts';

/** Callers choose the names of models. An item takes 400 KB. */
const LARGEST_ROWS = 256 * 1024;

/** Stands for the names for which a minute had no more room. Their sums are kept. */
const OTHERS = '(others)';

const count = z.number().nonnegative();
const tokens = Object.fromEntries(TOKEN_CLASSES.map((name) => [name, count.default(0)]));
const row = z.object({
  provider: z.string().nullable(),
  model: z.string().nullable(),
  cached: z.boolean(),
  requests: count,
  records: count,
  attempts: count,
  errors: count,
  cacheHits: count,
  /** Classes without tokens are left out. */
  usage: z.object(tokens) as unknown as z.ZodType<Required<TokenUsage>>,
  cost: z
    .string()
    .regex(/^\d+$/)
    .transform((text) => micros(BigInt(text))),
  costUnknown: count,
});

const totalsItem = z.object({ sk: storedString(z.string()), rows: storedJson(z.array(row)) });

/** The `rows` attribute: all of them in one item, so that a minute is replaced whole or not at all. */
export function packRows(rows: readonly TotalsRow[]): string {
  const packed = rows.map((each) => packRow(each));
  const sizes = packed.map((each) => Buffer.byteLength(JSON.stringify(each)));
  let size = 0;
  const fitting = sizes.findIndex((each) => {
    size += each + 1;
    return size > LARGEST_ROWS;
  });
  if (fitting === -1) return JSON.stringify(packed);
  return JSON.stringify([...packed.slice(0, fitting), ...foldRows(rows.slice(fitting)).map(packRow)]);
}

/** Those from the cache and those that are not: two rows. */
function foldRows(rows: readonly TotalsRow[]): readonly TotalsRow[] {
  return [true, false].flatMap((cached) => {
    const [first, ...more] = rows.filter((each) => each.cached === cached);
    if (first === undefined) return [];
    const tally = more.reduce<Tally>((sum, each) => addTallies(sum, each.tally), first.tally);
    return [{ ...first, provider: OTHERS, model: OTHERS, tally }];
  });
}

function packRow({ provider, model, cached, tally }: TotalsRow) {
  const { cost, usage, ...counts } = tally;
  const some = Object.fromEntries(Object.entries(usage).filter(([, value]) => value > 0));
  return { provider, model, cached, ...counts, usage: some, cost: cost.toString() };
}

/** @throws {DamagedItem} */
export function toTotalsRows(item: Item): { readonly minute: Minute; readonly rows: readonly TotalsRow[] } {
  const { sk, rows } = parseItem(totalsItem, item);
  const minute: EpochMs = startOfMinute(sk);
  return {
    minute: sk,
    rows: rows.map(({ provider, model, cached, ...tally }) => ({ minute, provider, model, cached, tally })),
  };
}
