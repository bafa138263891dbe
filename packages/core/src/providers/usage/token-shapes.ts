import { isJson, type Json } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import type { UsageDialect } from '../descriptor.ts';
import { isAnthropic, messages } from './anthropic-shape.ts';
import { converse, invocationMetrics, llama, titan } from './bedrock-shapes.ts';
import { isCount } from './classes.ts';
import { cohere } from './cohere-shape.ts';
import { gemini } from './google-shape.ts';
import { chat, responses } from './openai-shapes.ts';

/**
 * Token counts of a provider's usage object in disjoint classes (spec/providers 2.4): they add up to the provider's own
 * total, and none is negative. Which provider wrote it is told by its field names, since most serve several dialects; null
 * when it counts no tokens (seconds of audio, for example).
 */
export const tokenUsage = (dialect: UsageDialect, usage: Json): TokenUsage | null =>
  readerOf(usage)?.(usage, dialect) ?? null;

/** Whether {@link tokenUsage} finds counts there. */
export const countsTokens = (usage: Json): boolean => {
  const read = readerOf(usage);
  return read === cohere ? cohere(usage) !== null : read !== null;
};

type Reader = (usage: Json, dialect: UsageDialect) => TokenUsage | null;

function readerOf(usage: Json): Reader | null {
  for (const [names, read] of SHAPES) for (const name of names) if (isCount(usage[name])) return read;
  return isJson(usage.tokens) || isJson(usage.billed_units) ? cohere : null;
}

const SHAPES: ReadonlyArray<readonly [fields: readonly string[], read: Reader]> = [
  [['prompt_tokens', 'completion_tokens'], chat],
  [['input_tokens', 'output_tokens'], (usage) => (isAnthropic(usage) ? messages(usage) : responses(usage))],
  [['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'], gemini],
  [['inputTokens', 'outputTokens'], converse],
  // Bedrock's InvokeModel: its own metrics, then Llama's and Titan's bodies.
  [['inputTokenCount', 'outputTokenCount'], invocationMetrics],
  [['prompt_token_count', 'generation_token_count'], llama],
  [['inputTextTokenCount'], titan],
];
