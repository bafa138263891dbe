import { child, type Json } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import type { UsageDialect } from '../descriptor.ts';
import { count, disjoint, isCount } from './classes.ts';

/** Chat completions and embeddings, of OpenAI and of those who write as it does (spec/providers 2.4). */
export function chat(usage: Json, dialect: UsageDialect): TokenUsage {
  const read = child(usage, 'prompt_tokens_details');
  const written = child(usage, 'completion_tokens_details');
  const reasoning = count(
    written?.reasoning_tokens,
    // Perplexity
    usage.reasoning_tokens,
  );
  const completion = count(usage.completion_tokens);
  const beside = isOutside(usage, reasoning, dialect);
  return disjoint({
    // Perplexity's deep research reads what it cites; it is charged as input and stands in no other count.
    input: count(usage.prompt_tokens) + count(usage.citation_tokens),
    cacheRead: count(
      read?.cached_tokens,
      // DeepSeek; Mistral in two spellings; Hugging Face
      usage.prompt_cache_hit_tokens,
      child(usage, 'prompt_token_details')?.cached_tokens,
      usage.num_cached_tokens,
      usage.cached_tokens,
    ),
    cacheWrite: count(read?.cache_write_tokens),
    inputAudio: uncached(read, 'audio_tokens'),
    inputImage: uncached(read, 'image_tokens'),
    output: beside ? completion + reasoning : completion,
    // OpenRouter has reported more of it than was written in all.
    reasoning: beside ? reasoning : Math.min(reasoning, completion),
    outputAudio: count(written?.audio_tokens),
    outputImage: count(written?.image_tokens),
    searches: searches(usage),
  });
}

/**
 * Whether reasoning is counted beside `completion_tokens`, as xAI does. The total tells, whoever relays it; the dialect
 * where it cannot. Perplexity's deep research leaves it out of the total as well.
 */
function isOutside(usage: Json, reasoning: number, dialect: UsageDialect): boolean {
  const completion = count(usage.completion_tokens);
  const inside = count(usage.prompt_tokens) + completion;
  const total = count(usage.total_tokens);
  if (reasoning > completion) return inside !== total || isCount(usage.reasoning_tokens);
  return inside !== total && (inside + reasoning === total || dialect === 'xai-chat');
}

/** Of a kind, less what of it came from a cache (realtime's details say). */
function uncached(details: Json | null, kind: 'audio_tokens' | 'image_tokens'): number {
  return Math.max(0, count(details?.[kind]) - count(child(details, 'cached_tokens_details')?.[kind]));
}

/** Perplexity's queries; Anthropic's, relayed by OpenRouter; the sources that xAI's older API charges one by one. */
const searches = (usage: Json): number =>
  calls(usage) ||
  count(
    usage.num_search_queries,
    child(usage, 'server_tool_use')?.web_search_requests,
    usage.num_sources_used,
  );

/** xAI's calls of its own tools. */
function calls(usage: Json): number {
  const tools = child(usage, 'server_side_tool_usage_details');
  return count(tools?.web_search_calls) + count(tools?.x_search_calls);
}

/** Responses, images, transcriptions and realtime; the last two write `_token_` where the others write `_tokens_`. */
export function responses(usage: Json): TokenUsage {
  const read = child(usage, 'input_tokens_details') ?? child(usage, 'input_token_details');
  const written = child(usage, 'output_tokens_details') ?? child(usage, 'output_token_details');
  const output = count(usage.output_tokens);
  return disjoint({
    input: count(usage.input_tokens),
    cacheRead: count(read?.cached_tokens),
    cacheWrite: count(read?.cache_write_tokens),
    inputAudio: uncached(read, 'audio_tokens'),
    inputImage: uncached(read, 'image_tokens'),
    output,
    reasoning: count(written?.reasoning_tokens, written?.thinking_tokens),
    outputAudio: count(written?.audio_tokens),
    outputImage: isOfImages(read, written) ? output : count(written?.image_tokens),
    searches: calls(usage),
  });
}

/** The images API writes nothing but images, and its older answers do not say so. */
const isOfImages = (read: Json | null, written: Json | null) =>
  written === null &&
  isCount(read?.image_tokens) &&
  isCount(read?.text_tokens) &&
  !isCount(read?.cached_tokens) &&
  !isCount(read?.audio_tokens);
