import type { Ids, SpendLimits, SpendRule } from '@weir/core';
import * as z from 'zod';
import { callerNamed } from '../http/caller-named.ts';
import { anyCase } from './any-case.ts';

const MAX_RULES = 20;
const MAX_KEYS = 10;
const MAX_VALUES = 100;
const MAX_TEXT = 256;
const MAX_SHARDS = 16;
/** Dollars. Up to here every micro-dollar is a number of its own. */
const MAX_LIMIT = 1_000_000_000;
const TEN_YEARS = 10 * 365 * 24 * 60 * 60;

/** How a rule uses a dimension: one budget for each value, or only requests with one of these values (spec 5.11). */
const dimension = z.union(
  [
    z.strictObject({ mode: anyCase(['partition']) }),
    z.strictObject({
      mode: anyCase(['filter']),
      values: z.array(z.string().min(1).max(MAX_TEXT)).min(1).max(MAX_VALUES, `at most ${MAX_VALUES} values`),
    }),
  ],
  { error: 'must be {mode: partition} or {mode: filter, values: [string, …]}' },
);

const metadata = callerNamed(z.string().min(1).max(MAX_TEXT), dimension).refine(
  (keys) => Object.keys(keys).length <= MAX_KEYS,
  { error: `at most ${MAX_KEYS} keys` },
);

const rule = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" and "-"')
    .exactOptional(),
  enabled: z.boolean().default(true),
  limit: z
    .number()
    .min(0, 'must be 0 or more dollars')
    .max(MAX_LIMIT, `must be at most ${MAX_LIMIT} dollars`),
  limitType: anyCase(['cost']),
  window: z
    .number()
    .min(1, 'must be at least 1 second: there is no limit without a window')
    .max(TEN_YEARS, `must be at most ${TEN_YEARS} seconds, which is ten years`),
  technique: anyCase(['fixed', 'sliding']).default('sliding'),
  metadata: metadata.exactOptional(),
  model: dimension.exactOptional(),
  provider: dimension.exactOptional(),
  shards: z.int().min(1).max(MAX_SHARDS).exactOptional(),
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

type GivenLimits = z.output<typeof spendLimits>;
type GivenRule = z.output<typeof rule>;

/**
 * Gives every rule an id. What was spent is kept under it, so a rule that comes without one takes that of the current rule
 * which counts the same: raising a limit, or writing the whole gateway again from a file, forgets nothing.
 */
export function nameRules(
  given: GivenLimits | null,
  current: SpendLimits | null,
  ids: Pick<Ids, 'random'>,
): SpendLimits | null {
  if (given === null) return null;
  const named = new Set(given.rules.flatMap(({ id }) => id ?? []));
  const free = (current?.rules ?? []).filter(({ id }) => !named.has(id));
  const taken = new Set([...named, ...free.map(({ id }) => id)]);
  return { ...given, rules: given.rules.map((one): SpendRule => ({ ...one, id: one.id ?? idOf(one) })) };

  function idOf(one: GivenRule): string {
    const same = free.findIndex((it) => whatCounts(it) === whatCounts(one));
    const kept = same === -1 ? undefined : free.splice(same, 1)[0];
    if (kept) return kept.id;
    let id: string;
    do id = Buffer.from(ids.random(4)).toString('hex');
    while (taken.has(id));
    taken.add(id);
    return id;
  }
}

/** Everything of a rule but how much, how spread, and whether it is on. */
function whatCounts({ window, technique, metadata: keys = {}, model, provider }: Omit<SpendRule, 'id'>) {
  const sorted = Object.entries(keys).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([window, technique, sorted, model, provider].map((part) => part ?? null));
}

function haveDistinctIds(rules: readonly GivenRule[]): boolean {
  const ids = rules.flatMap(({ id }) => id ?? []);
  return new Set(ids).size === ids.length;
}
