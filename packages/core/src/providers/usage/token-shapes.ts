import { child, isJson, type Json, listAt } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import type { UsageDialect } from '../descriptor.ts';

/**
 * Token counts of a provider's usage object in disjoint classes (spec/providers 2.4). Which provider wrote it is told by
 * its field names, since most serve several dialects; null when it counts no tokens (seconds of audio, for example).
 */
export function tokenUsage(dialect: UsageDialect, usage: Json): TokenUsage | null {
  for (const [names, read] of SHAPES)
    if (names.some((name) => isCount(usage[name]))) return read(usage, dialect);
  return isJson(usage.tokens) || isJson(usage.billed_units) ? cohere(usage) : null;
}

type Reader = (usage: Json, dialect: UsageDialect) => TokenUsage;

const SHAPES: ReadonlyArray<readonly [fields: readonly string[], read: Reader]> = [
  [['prompt_tokens', 'completion_tokens'], chat],
  [['input_tokens', 'output_tokens'], messagesOrResponses],
  [['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'], gemini],
  [['inputTokens', 'outputTokens'], converse],
  // Bedrock's InvokeModel: its own metrics, then Llama's and Titan's bodies.
  [['inputTokenCount', 'outputTokenCount'], invocationMetrics],
  [['prompt_token_count', 'generation_token_count'], llama],
  [['inputTextTokenCount'], titan],
];

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** The first of the values that is a count; 0 when none is. */
const count = (...values: readonly unknown[]): number => values.find(isCount) ?? 0;

/** From counts that contain each other: the caches stand in `input`, reasoning in `output`. */
function disjoint(all: TokenUsage): TokenUsage {
  return {
    ...all,
    // More cached than read has been reported (xAI): what is left is then nothing, not less.
    input: Math.max(0, all.input - all.cacheRead - all.cacheWrite),
    output: Math.max(0, all.output - all.reasoning),
  };
}

function chat(usage: Json, dialect: UsageDialect): TokenUsage {
  const read = child(usage, 'prompt_tokens_details');
  const [prompt, completion, total] = [
    count(usage.prompt_tokens),
    count(usage.completion_tokens),
    count(usage.total_tokens),
  ];
  const reasoning = count(
    child(usage, 'completion_tokens_details')?.reasoning_tokens,
    // Perplexity
    usage.reasoning_tokens,
  );
  // xAI counts reasoning outside `completion_tokens`. The total tells, whoever relays it; the dialect where it cannot.
  const isOutside =
    prompt + completion !== total && (prompt + completion + reasoning === total || dialect === 'xai-chat');
  return disjoint({
    input: prompt,
    cacheRead: count(
      read?.cached_tokens,
      // DeepSeek; Mistral in two spellings; Hugging Face
      usage.prompt_cache_hit_tokens,
      child(usage, 'prompt_token_details')?.cached_tokens,
      usage.num_cached_tokens,
      usage.cached_tokens,
    ),
    cacheWrite: count(read?.cache_write_tokens),
    output: isOutside ? completion + reasoning : completion,
    reasoning,
  });
}

/** Anthropic counts its caches outside `input_tokens`, OpenAI's Responses inside; the names of the cache fields tell. */
function messagesOrResponses(usage: Json): TokenUsage {
  if (isCount(usage.cache_read_input_tokens) || isCount(usage.cache_creation_input_tokens))
    return messages(usage);
  const read = child(usage, 'input_tokens_details');
  return disjoint({
    input: count(usage.input_tokens),
    cacheRead: count(read?.cached_tokens),
    cacheWrite: count(read?.cache_write_tokens),
    output: count(usage.output_tokens),
    reasoning: reasoningOf(usage),
  });
}

function reasoningOf(usage: Json): number {
  const written = child(usage, 'output_tokens_details');
  return count(written?.reasoning_tokens, written?.thinking_tokens);
}

function messages(usage: Json): TokenUsage {
  const counted = compacted(usage) ?? [usage];
  const sum = (field: string) => counted.reduce((total, it) => total + count(it[field]), 0);
  const reasoning = reasoningOf(usage);
  return {
    input: sum('input_tokens'),
    cacheRead: sum('cache_read_input_tokens'),
    cacheWrite: sum('cache_creation_input_tokens'),
    output: Math.max(0, sum('output_tokens') - reasoning),
    reasoning,
  };
}

/** With compaction the top-level counts leave the compaction's own tokens out, so the iterations are summed. */
function compacted(usage: Json): readonly Json[] | null {
  const iterations = listAt(usage, 'iterations').filter(isJson);
  const types = new Set(iterations.map((it) => it.type));
  if (!types.has('compaction') || types.has('fallback_message')) return null;
  return iterations.filter((it) => it.type === 'compaction' || it.type === 'message');
}

function gemini(usage: Json): TokenUsage {
  const input = count(usage.promptTokenCount) + count(usage.toolUsePromptTokenCount);
  const [candidates, thoughts] = [count(usage.candidatesTokenCount), count(usage.thoughtsTokenCount)];
  // Some versions count thoughts among the candidates; the total tells.
  const areInside = input + candidates === count(usage.totalTokenCount);
  return disjoint({
    input,
    cacheRead: count(usage.cachedContentTokenCount),
    cacheWrite: 0,
    output: areInside ? candidates : candidates + thoughts,
    reasoning: thoughts,
  });
}

function converse(usage: Json): TokenUsage {
  return {
    input: count(usage.inputTokens),
    // Nova's InvokeModel bodies write the longer names.
    cacheRead: count(usage.cacheReadInputTokens, usage.cacheReadInputTokenCount),
    cacheWrite: count(usage.cacheWriteInputTokens, usage.cacheWriteInputTokenCount),
    output: count(usage.outputTokens),
    reasoning: 0,
  };
}

function invocationMetrics(usage: Json): TokenUsage {
  return {
    input: count(usage.inputTokenCount),
    cacheRead: count(usage.cacheReadInputTokenCount),
    cacheWrite: count(usage.cacheWriteInputTokenCount),
    output: count(usage.outputTokenCount),
    reasoning: 0,
  };
}

const plain = (input: number, output: number): TokenUsage => ({
  input,
  cacheRead: 0,
  cacheWrite: 0,
  output,
  reasoning: 0,
});

function llama(usage: Json): TokenUsage {
  return plain(count(usage.prompt_token_count), count(usage.generation_token_count));
}

function titan(usage: Json): TokenUsage {
  const written = listAt(usage, 'results').filter(isJson);
  return plain(
    count(usage.inputTextTokenCount),
    written.reduce((total, it) => total + count(it.tokenCount), 0),
  );
}

/** `tokens` is what was read and written; `billed_units`, which differs, stands in where it is alone (embeddings). */
function cohere(usage: Json): TokenUsage | null {
  const counted = child(usage, 'tokens') ?? child(usage, 'billed_units');
  if (!isCount(counted?.input_tokens) && !isCount(counted?.output_tokens)) return null;
  return disjoint({
    input: count(counted?.input_tokens),
    cacheRead: count(usage.cached_tokens),
    cacheWrite: 0,
    output: count(counted?.output_tokens),
    reasoning: 0,
  });
}
