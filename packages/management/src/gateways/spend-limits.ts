import * as z from 'zod';
import { anyCase } from './any-case.ts';

const MAX_RULES = 20;

/** How a rule uses a dimension: one budget for each value, or only requests with one of these values (spec 5.11). */
const dimension = z.union(
  [
    z.strictObject({ mode: anyCase(['partition']) }),
    z.strictObject({ mode: anyCase(['filter']), values: z.array(z.string()).min(1) }),
  ],
  { error: 'must be {mode: partition} or {mode: filter, values: [string, …]}' },
);

const rule = z.strictObject({
  id: z.string().min(1).max(64).exactOptional(),
  enabled: z.boolean().default(true),
  limit: z.number().min(0),
  limitType: anyCase(['cost']),
  window: z.number().min(0),
  technique: anyCase(['fixed', 'sliding']).default('sliding'),
  metadata: z.record(z.string(), dimension).exactOptional(),
  model: dimension.exactOptional(),
  provider: dimension.exactOptional(),
});

/** Budgets of a gateway. Rules without an id get one when they are stored. */
export const spendLimits = z.strictObject({
  enabled: z.boolean().default(false),
  rules: z
    .array(rule)
    .max(MAX_RULES, `at most ${MAX_RULES} rules`)
    .refine(haveDistinctIds, { error: 'two rules have the same id' })
    .default([]),
});

export type SpendLimits = z.output<typeof spendLimits>;

function haveDistinctIds(rules: readonly z.output<typeof rule>[]): boolean {
  const ids = rules.flatMap(({ id }) => (id === undefined ? [] : [id]));
  return new Set(ids).size === ids.length;
}
