import { child, type Json, numberAt, residueOf } from '../../form/json.ts';
import { type ModelUsage, NO_USAGE } from '../../form/usage.ts';

/** OpenAI's names, caches inside of the prompt. Null: nothing is counted. */
export function workersAiUsage(usage: Json | null): ModelUsage | null {
  const input = numberAt(usage, 'prompt_tokens');
  const output = numberAt(usage, 'completion_tokens');
  if (!usage || (input === null && output === null)) return null;
  const details = child(usage, 'prompt_tokens_details');
  const cacheRead = Math.max(0, numberAt(details, 'cached_tokens') ?? 0);
  const residue = residueOf(usage, ['prompt_tokens', 'completion_tokens', 'total_tokens']);
  return {
    ...NO_USAGE,
    input: Math.max(0, (input ?? 0) - cacheRead),
    cacheRead,
    output: Math.max(0, output ?? 0),
    ...(residue ? { residue: { dialect: 'workers-ai', value: residue } } : {}),
  };
}
