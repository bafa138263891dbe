import { isJson, type Json, listAt, numberAt, residueOf, textAt } from '../../form/json.ts';
import { type ModelUsage, NO_USAGE } from '../../form/usage.ts';

const READ = ['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens', 'cacheDetails'];

/**
 * Bedrock counts its caches outside `inputTokens` (spec/providers 2.4): 2 + 1322 read + 5 = 1329. Null where it counts
 * nothing.
 */
export function readUsage(usage: Json | null): ModelUsage | null {
  if (!usage || (numberAt(usage, 'inputTokens') === null && numberAt(usage, 'outputTokens') === null))
    return null;
  const written = count(usage, 'cacheWriteInputTokens');
  const hour = Math.min(written, writtenForAnHour(usage));
  const rest = residueOf(usage, READ);
  return {
    ...NO_USAGE,
    input: count(usage, 'inputTokens'),
    cacheRead: count(usage, 'cacheReadInputTokens'),
    cacheWrite: written - hour,
    cacheWriteLong: hour,
    output: count(usage, 'outputTokens'),
    ...(rest ? { residue: { dialect: 'converse', value: rest } } : {}),
  };
}

const count = (usage: Json, key: string) => Math.max(0, numberAt(usage, key) ?? 0);

function writtenForAnHour(usage: Json): number {
  return listAt(usage, 'cacheDetails')
    .filter(isJson)
    .filter((detail) => textAt(detail, 'ttl') === '1h')
    .reduce((total, detail) => total + count(detail, 'inputTokens'), 0);
}
