import { child, isJson, type Json, listAt, textAt } from '../../form/json.ts';
import type { TokenUsage } from '../../form/token-usage.ts';
import type { UsageDialect } from '../descriptor.ts';
import { count } from './classes.ts';
import { countsTokens, tokenUsage } from './token-shapes.ts';

/** What a provider's answer says about itself. */
export interface AnswerFacts {
  readonly usage: TokenUsage | null;
  /** As the provider names it; null where the answer does not say. */
  readonly model: string | null;
}

/** The members that {@link factsOf} looks at: a long answer need not be parsed beyond them. */
export const TELLING_MEMBERS: ReadonlySet<string> = new Set([
  'type',
  'model',
  'modelVersion',
  'usage',
  'usageMetadata',
  'x_groq',
  'response',
  'message',
  'delta',
  'result',
  'metadata',
  'meta',
  'amazon-bedrock-invocationMetrics',
  'prompt_token_count',
  'generation_token_count',
  'inputTextTokenCount',
  'results',
  'tool_usage',
]);

/**
 * The facts in the given parts of one answer, in order: a whole answer is one part, a stream as many as may tell
 * something. Counts that repeat are cumulative, so the last holds (spec/providers 2.1-9); Anthropic's last are completed
 * by those of its start.
 */
export function factsOf(dialect: UsageDialect, parts: readonly Json[]): AnswerFacts {
  let start: Json | null = null;
  let last: Json | null = null;
  let metrics: Json | null = null;
  let model: string | null = null;
  for (const part of parts) {
    const usage = usageIn(part);
    if (part.type === 'message_start') start ??= usage;
    else last = usage ?? last;
    metrics = child(part, 'amazon-bedrock-invocationMetrics') ?? metrics;
    model ??= modelIn(part);
  }
  const counted = last && start ? { ...start, ...withoutNulls(last) } : (last ?? start ?? metrics);
  const usage = counted ? tokenUsage(dialect, counted) : null;
  return { usage: usage && withSearches(usage, parts), model };
}

/** Searches that the answer shows, where its usage does not count them. Bodies are searched for these words first. */
export const SEARCH_WORDS = [
  ['web_search_call', 'output'],
  ['webSearchQueries', 'candidates'],
] as const;

function withSearches(usage: TokenUsage, parts: readonly Json[]): TokenUsage {
  if (usage.searches !== undefined) return usage;
  // Parts of a stream repeat what was before them.
  const searches = parts.reduce((most, part) => Math.max(most, searchesIn(part)), 0);
  return searches > 0 ? { ...usage, searches } : usage;
}

/** OpenAI's calls (opening a page that was found costs nothing), or its own count; Google's queries. */
function searchesIn(part: Json): number {
  const response = child(part, 'response') ?? part;
  const calls = listAt(response, 'output').filter(isJson).filter(isSearch).length;
  const told = count(child(child(response, 'tool_usage'), 'web_search')?.num_requests);
  const candidates = listAt(part, 'candidates').filter(isJson);
  const queries = candidates.map((it) => listAt(child(it, 'groundingMetadata'), 'webSearchQueries').length);
  return (told || calls) + queries.reduce((sum, it) => sum + it, 0);
}

const isSearch = (item: Json) =>
  item.type === 'web_search_call' && (textAt(child(item, 'action'), 'type') ?? 'search') === 'search';

/** Wherever a provider puts it: in a whole answer, an event, an envelope. Null when nothing is counted there yet. */
function usageIn(part: Json): Json | null {
  const own = usageAt(part);
  if (own) return own;
  for (const envelope of USAGE_ENVELOPES) {
    const usage = usageAt(child(part, envelope));
    if (usage) return usage;
  }
  // Cohere's v1 and embeddings; models on Bedrock that count at the top level
  return [child(part, 'meta'), part].find((usage) => usage && countsTokens(usage)) ?? null;
}

/** Groq's; OpenAI's terminal event, Anthropic's start, Cohere's end, Workers AI's, Nova's stream. */
const USAGE_ENVELOPES = ['x_groq', 'response', 'message', 'delta', 'result', 'metadata'] as const;

function usageAt(place: Json | null): Json | null {
  if (place === null) return null;
  const usage = child(place, 'usage') ?? child(place, 'usageMetadata');
  return usage && countsTokens(usage) ? usage : null;
}

function modelIn(part: Json): string | null {
  const own = modelAt(part);
  if (own) return own;
  for (const envelope of MODEL_ENVELOPES) {
    const model = modelAt(child(part, envelope));
    if (model) return model;
  }
  return null;
}

const MODEL_ENVELOPES = ['response', 'message', 'result'] as const;

const modelAt = (place: Json | null): string | null =>
  place && (textAt(place, 'model') || textAt(place, 'modelVersion'));

const withoutNulls = (usage: Json): Json =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
