import type { TokenUsage } from '../form/token-usage.ts';
import type { CountedUsage, Pricing } from '../ports/pricing.ts';
import { readAnswerTexts } from './count-answer.ts';
import { familyOf, inFamily } from './count-families.ts';
import { type RequestContent, readRequest } from './count-request.ts';
import { usualTokens } from './estimate-media.ts';

/** Tokens of a text, as models of one family see them. Special tokens in it are text. Never throws. */
export interface Tokenizer {
  count(text: string): number;
}

/** The answer as far as it came; empty: nothing did. */
export type Uncounted = Parameters<Pricing['count']>[0];

/** Above this many bytes of a body tokens are told from its size. */
const MOST_COUNTED = 1_000_000;

/** English has about four bytes to a token; JSON and other languages fewer. */
const BYTES_PER_TOKEN = 3;

/** What chat formats put around a message, and around a conversation. Tokens. */
const PER_MESSAGE = 4;
const PER_REQUEST = 3;
/** And around a call (recorded: 8 for one, 14 each for two). */
const PER_CALL = 10;

/**
 * Tokens of a request and of what came of its answer, for a provider that did not say (docs/usage.md). `counted`: with the
 * model's own tokenizer, all of it text that can be seen. `estimated`: anything else. Never throws, whatever the bytes are.
 */
export function countUsage(given: Uncounted, tokenizer: Tokenizer): CountedUsage {
  const family = familyOf(given.model);
  const input = inputOf(given, tokenizer);
  const answer = answerOf(given.answer, tokenizer);
  const usage: TokenUsage = {
    input: inFamily(family, input.tokens) + input.media,
    cacheRead: 0,
    cacheWrite: 0,
    output: inFamily(family, answer.output),
    reasoning: inFamily(family, answer.reasoning),
  };
  const isSeen = !family.hides || given.answer.length === 0;
  const isCounted = family.isOwn && isSeen && input.isExact && answer.isExact;
  return { usage, source: isCounted ? 'counted' : 'estimated' };
}

function inputOf({ request, provider }: Uncounted, tokenizer: Tokenizer) {
  const content = request.length > MOST_COUNTED ? null : readRequest(request);
  if (content === null) return { tokens: bySize(request), media: 0, isExact: request.length === 0 };
  const media = content.media.reduce((sum, part) => sum + usualTokens(part, provider), 0);
  return { tokens: textTokens(content, tokenizer), media, isExact: media === 0 };
}

/** Without what stands beside text. */
export const textTokens = ({ texts, messages }: RequestContent, tokenizer: Tokenizer): number =>
  texts.reduce((sum, text) => sum + tokenizer.count(text), PER_REQUEST + messages * PER_MESSAGE);

function answerOf(bytes: Uint8Array, tokenizer: Tokenizer) {
  if (bytes.length > MOST_COUNTED) return { output: bySize(bytes), reasoning: 0, isExact: false };
  const { output, reasoning, calls } = readAnswerTexts(bytes);
  const sum = (texts: readonly string[]) => texts.reduce((all, text) => all + tokenizer.count(text), 0);
  return { output: sum(output) + calls * PER_CALL, reasoning: sum(reasoning), isExact: true };
}

const bySize = (bytes: Uint8Array) => Math.ceil(bytes.length / BYTES_PER_TOKEN);
