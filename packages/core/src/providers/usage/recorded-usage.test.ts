import { describe, expect, test } from '@jest/globals';
import { isJson, type Json, parseJson } from '../../form/json.ts';
import { tokensIn, tokensOut } from '../../form/token-usage.ts';
import { hasRecorded, recordedAnswers } from '../__fixtures__/recorded.ts';
import type { UsageDialect } from '../descriptor.ts';
import { readUsage } from './read-answer.ts';

/** Names under which providers write the total of an answer. */
const TOTALS = ['total_tokens', 'totalTokens', 'totalTokenCount'];
/** Anthropic and Cohere write none; their parts, which do not overlap, add up to it. */
const PARTS = [
  ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'output_tokens'],
  ['inputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens', 'outputTokens'],
];

const DIALECTS: Readonly<Record<string, UsageDialect>> = {
  anthropic: 'anthropic-messages',
  bedrock: 'bedrock',
  cohere: 'cohere',
  google: 'gemini',
  xai: 'xai-chat',
};

/** Put together by hand: its end counts what was written only, so no block in it states the total. */
const WITHOUT_TOTAL = 'anthropic/duplicate-message-start.chunks.txt';

/** Every object in an answer that counts tokens, by its own total; the last one holds. */
function totalsIn(answer: Buffer): number[] {
  const found: number[] = [];
  const text = answer.toString('latin1');
  const payloads = /^\s*[{[]/.test(text)
    ? [text]
    : text.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []));
  for (const payload of payloads) collect(parseJson(payload), found);
  return found;
}

function collect(value: unknown, found: number[]): void {
  if (Array.isArray(value)) for (const it of value) collect(it, found);
  if (!isJson(value)) return;
  const total = totalOf(value);
  if (total !== null) found.push(total);
  for (const [key, inner] of Object.entries(value)) if (!key.endsWith('_details')) collect(inner, found);
}

function totalOf(usage: Json): number | null {
  const named = TOTALS.map((name) => usage[name]).find((it) => typeof it === 'number' && it > 0);
  if (typeof named === 'number') return named;
  for (const names of PARTS) {
    const counts = names.map((name) => usage[name]);
    if (typeof counts.at(0) === 'number' && typeof counts.at(-1) === 'number')
      return counts.reduce<number>((sum, it) => sum + (typeof it === 'number' ? it : 0), 0);
  }
  return null;
}

(hasRecorded ? describe : describe.skip)('every recorded answer that counts tokens', () => {
  const counted = hasRecorded
    ? recordedAnswers().flatMap(({ file, provider, answer }) => {
        if (file === WITHOUT_TOTAL) return [];
        const usage = readUsage(DIALECTS[provider] ?? 'openai-chat', answer);
        return usage ? [{ file, provider, answer, usage }] : [];
      })
    : [];

  test('is read: there are fifty and more of them', () => {
    process.stderr.write(`recorded answers with usage: ${counted.length}\n`);
    expect(counted.length).toBeGreaterThanOrEqual(50);
  });

  test.each(counted)(
    '$file: its classes add up to a total that it states, and none is negative',
    ({ answer, usage }) => {
      const sum = tokensIn(usage) + tokensOut(usage);
      const totals = totalsIn(answer);
      // Frames of Bedrock are checked where they are read.
      if (totals.length > 0) expect(totals).toContain(sum);
      expect(Object.values(usage).every((it) => Number.isSafeInteger(it) && it >= 0)).toBe(true);
    },
  );
});
