import { isJson, type Json, listAt } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import { classes, count, plain } from './classes.ts';

/** Caches stand beside `inputTokens`: 2 + 1322 read + 5 = 1329. */
export function converse(usage: Json): TokenUsage {
  // Nova's InvokeModel bodies write the longer names.
  const written = count(usage.cacheWriteInputTokens, usage.cacheWriteInputTokenCount);
  const long = Math.min(written, writtenForAnHour(usage));
  return classes({
    ...plain(count(usage.inputTokens), count(usage.outputTokens)),
    cacheRead: count(usage.cacheReadInputTokens, usage.cacheReadInputTokenCount),
    cacheWrite: written - long,
    cacheWriteLong: long,
  });
}

const writtenForAnHour = (usage: Json) =>
  listAt(usage, 'cacheDetails')
    .filter(isJson)
    .reduce((sum, it) => (it.ttl === '1h' ? sum + count(it.inputTokens) : sum), 0);

/** InvokeModel's own metrics at the end of a stream. */
export function invocationMetrics(usage: Json): TokenUsage {
  return {
    ...plain(count(usage.inputTokenCount), count(usage.outputTokenCount)),
    cacheRead: count(usage.cacheReadInputTokenCount),
    cacheWrite: count(usage.cacheWriteInputTokenCount),
  };
}

export function llama(usage: Json): TokenUsage {
  return plain(count(usage.prompt_token_count), count(usage.generation_token_count));
}

export function titan(usage: Json): TokenUsage {
  const written = listAt(usage, 'results').filter(isJson);
  return plain(
    count(usage.inputTextTokenCount),
    written.reduce((total, it) => total + count(it.tokenCount), 0),
  );
}
