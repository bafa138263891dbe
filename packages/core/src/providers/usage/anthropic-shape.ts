import { child, isJson, type Json, listAt } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import { classes, count, isCount } from './classes.ts';

/** Anthropic counts its caches beside `input_tokens`, OpenAI's Responses inside: the names that only it has tell. */
export const isAnthropic = (usage: Json): boolean =>
  isCount(usage.cache_read_input_tokens) ||
  isCount(usage.cache_creation_input_tokens) ||
  isJson(usage.cache_creation) ||
  (isJson(usage.server_tool_use) && !isJson(usage.input_tokens_details));

/** Its caches stand beside `input_tokens`, its thinking inside `output_tokens` (spec/providers 2.4). */
export function messages(usage: Json): TokenUsage {
  const counted = compacted(usage) ?? [usage];
  const sum = (of: (part: Json) => number) => counted.reduce((total, part) => total + of(part), 0);
  const written = sum(writtenTo);
  const long = Math.min(written, sum(writtenForAnHour));
  const output = sum((part) => count(part.output_tokens));
  const details = child(usage, 'output_tokens_details');
  const reasoning = Math.min(output, count(details?.thinking_tokens, details?.reasoning_tokens));
  return classes({
    input: sum((part) => count(part.input_tokens)),
    cacheRead: sum((part) => count(part.cache_read_input_tokens)),
    cacheWrite: written - long,
    cacheWriteLong: long,
    output: output - reasoning,
    reasoning,
    searches: count(child(usage, 'server_tool_use')?.web_search_requests),
  });
}

const writtenForAnHour = (part: Json) => count(child(part, 'cache_creation')?.ephemeral_1h_input_tokens);

const writtenTo = (part: Json) =>
  count(part.cache_creation_input_tokens) ||
  count(child(part, 'cache_creation')?.ephemeral_5m_input_tokens) + writtenForAnHour(part);

/** With compaction the top-level counts leave the compaction's own tokens out, so the iterations are summed. */
function compacted(usage: Json): readonly Json[] | null {
  const iterations = listAt(usage, 'iterations').filter(isJson);
  const types = new Set(iterations.map((it) => it.type));
  if (!types.has('compaction') || types.has('fallback_message')) return null;
  return iterations.filter((it) => it.type === 'compaction' || it.type === 'message');
}
