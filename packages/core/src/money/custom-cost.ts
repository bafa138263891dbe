import type { CustomCost } from '../ports/pricing.ts';
import { dollarsEach } from './attodollars.ts';

const KEYS = [
  'per_token_in',
  'per_token_out',
  'per_cache_read_token',
  'per_cache_write_token',
] as const satisfies readonly (keyof CustomCost)[];

/** Four numbers need no more. Bytes. */
const LARGEST = 2_048;

/** Exactly one of the two. */
export type CustomCostHeader =
  | { readonly cost: CustomCost; readonly warning: null }
  | { readonly cost: null; readonly warning: string };

/**
 * `cf-aig-custom-cost` (spec 5.16-1): a JSON object of dollars per token. Numbers are read from their text, so `1e-7` and
 * thirty decimals are exact; strings may hold them as well. A header with anything wrong in it is ignored as a whole, with
 * a warning for the record (spec 4.1-4): a half-applied price would be a wrong one.
 */
export function parseCustomCost(text: string): CustomCostHeader {
  if (Buffer.byteLength(text) > LARGEST) return ignored(`has more than ${LARGEST} bytes`);
  const given = parseObject(text);
  if (given === null) return ignored('is not a JSON object');
  const cost: { -readonly [Key in keyof CustomCost]?: string } = {};
  for (const [name, value] of given) {
    const key = KEYS.find((known) => known === name);
    if (key === undefined) return ignored(`has an unknown key; it takes ${KEYS.join(', ')}`);
    if (value === null || dollarsEach(value) === null)
      return ignored(`${key} must be a decimal number of 0 or more`);
    cost[key] = value;
  }
  if (given.size === 0) return ignored('names no rate');
  return { cost, warning: null };
}

const ignored = (what: string): CustomCostHeader => ({
  cost: null,
  warning: `cf-aig-custom-cost was ignored: it ${what}`,
});

/** The members of a JSON object, numbers as they were written. A member that is neither a number nor a string is null. */
function parseObject(text: string): ReadonlyMap<string, string | null> | null {
  let parsed: unknown;
  try {
    // The engine hands the reviver the source of each primitive value.
    parsed = JSON.parse(text, (_, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value,
    );
  } catch {
    // The caller's mistake, told in the warning.
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const members = Object.entries(parsed).map(
    ([name, value]: [string, unknown]) => [name, typeof value === 'string' ? value.trim() : null] as const,
  );
  return new Map(members);
}
