import { child, type Json, numberAt, residueOf } from '../../form/json.ts';
import { type ModelUsage, NO_USAGE } from '../../form/usage.ts';

/**
 * What was read and written, in disjoint classes; what is billed differs and stays beside it (spec/providers 2.4).
 * Null: nothing is counted.
 */
export function cohereUsage(usage: Json | null): ModelUsage | null {
  const counted = child(usage, 'tokens') ?? child(usage, 'billed_units');
  const input = numberAt(counted, 'input_tokens');
  const output = numberAt(counted, 'output_tokens');
  if (!usage || (input === null && output === null)) return null;
  const cacheRead = Math.max(0, numberAt(usage, 'cached_tokens') ?? 0);
  const residue = residueOf(usage, ['tokens', 'cached_tokens']);
  return {
    ...NO_USAGE,
    input: Math.max(0, (input ?? 0) - cacheRead),
    cacheRead,
    output: Math.max(0, output ?? 0),
    ...(residue ? { residue: { dialect: 'cohere', value: residue } } : {}),
  };
}
