import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asked, decodeContext, targetOf } from '../dialects/__fixtures__/exchange.ts';
import type { ProviderDialect } from '../dialects/provider-dialect.ts';
import type { ModelEvent } from '../form/events.ts';
import { grammarFaults } from '../form/stream-grammar.ts';
import { awsFrames } from '../providers/__fixtures__/frames.ts';
import {
  hasRecorded,
  recordedAnswer,
  recordedBody,
  recordedSse,
} from '../providers/__fixtures__/recorded.ts';
import { frameParser } from './frames.ts';
import { PROVIDER_TRANSLATIONS } from './provider-translations.ts';

/** Over all streams together. */
const SPLITS = 10_000;

const sse = (file: string, lines?: readonly [from: number, to?: number]) => () => recordedSse(file, lines);
const raw =
  (file: string, interaction = 0) =>
  () =>
    recordedAnswer(file, interaction);
const aws = (file: string) => () =>
  awsFrames(
    recordedBody(file)
      .toString()
      .split('\n')
      .filter((line) => line !== ''),
  );

/** Every recorded stream, with who sent it. */
const STREAMS: readonly (readonly [file: string, slug: string, model: string, bytes: () => Buffer])[] = [
  ['openai-text', 'openai', 'gpt-4.1', sse('openai-chat/openai-text.chunks.txt')],
  ['stream-no-usage', 'openai', 'gpt-4.1', raw('openai-chat/stream-no-usage.cassette.yaml')],
  ['stream-length-usage', 'openai', 'gpt-4.1', raw('openai-chat/stream-length-usage.cassette.yaml')],
  ['stream-tool-call', 'openai', 'gpt-4.1', raw('openai-chat/stream-tool-call.cassette.yaml')],
  [
    'azure-model-router',
    'azure-openai',
    'contoso/gpt-4.1',
    sse('azure-openai/azure-model-router.1.chunks.txt'),
  ],
  ['azure-tool-call', 'openai', 'o3-pro', sse('azure-openai/azure-tool-call.1.chunks.txt')],
  ['openai-error', 'openai', 'o3-pro', sse('openai-responses/openai-error.1.chunks.txt')],
  ['stream-tool-then-text', 'openai', 'o3-pro', raw('openai-responses/stream-tool-then-text.cassette.yaml')],
  // Four answers stand in this file; the first ends here.
  [
    'reasoning-encrypted',
    'openai',
    'o3-pro',
    sse('openai-responses/openai-reasoning-encrypted-content.1.chunks.txt', [0, 56]),
  ],
  ['lmstudio-tool-call', 'openai', 'o3-pro', sse('openai-compatible/lmstudio-tool-call.1.chunks.txt')],
  ['anthropic-text', 'anthropic', 'claude-sonnet-4-6', sse('anthropic/anthropic-text.chunks.txt')],
  [
    'anthropic-tool-no-args',
    'anthropic',
    'claude-sonnet-4-6',
    sse('anthropic/anthropic-tool-no-args.chunks.txt'),
  ],
  [
    'anthropic-message-delta-input-tokens',
    'anthropic',
    'claude-sonnet-4-6',
    sse('anthropic/anthropic-message-delta-input-tokens.chunks.txt'),
  ],
  [
    'duplicate-message-start',
    'anthropic',
    'claude-sonnet-4-6',
    sse('anthropic/duplicate-message-start.chunks.txt'),
  ],
  ['stream-thinking', 'anthropic', 'claude-sonnet-4-6', raw('anthropic/stream-thinking.cassette.yaml')],
  [
    'stream-redacted-thinking',
    'anthropic',
    'claude-sonnet-4-6',
    raw('anthropic/stream-redacted-thinking.cassette.yaml'),
  ],
  [
    'anthropic-web-search',
    'anthropic',
    'claude-sonnet-4-6',
    sse('anthropic/anthropic-web-search-tool.1.chunks.txt'),
  ],
  ['google-text', 'google-ai-studio', 'gemini-3-pro-preview', sse('google/google-text.chunks.txt')],
  [
    'google-tool-call',
    'google-ai-studio',
    'gemini-3-pro-preview',
    sse('google/google-tool-call-gemini3.chunks.txt'),
  ],
  [
    'google-stream-no-args',
    'google-ai-studio',
    'gemini-3-pro-preview',
    sse('google/google-stream-no-args-tool-call.chunks.txt'),
  ],
  ['bedrock-text', 'aws-bedrock', 'amazon.nova-pro-v1:0', aws('bedrock/amazon-bedrock-text.chunks.txt')],
  [
    'bedrock-reasoning',
    'aws-bedrock',
    'amazon.nova-pro-v1:0',
    aws('bedrock/amazon-bedrock-reasoning.chunks.txt'),
  ],
  [
    'bedrock-tool-no-args',
    'aws-bedrock',
    'amazon.nova-pro-v1:0',
    aws('bedrock/amazon-bedrock-tool-no-args.chunks.txt'),
  ],
  [
    'bedrock-tool-call-binary',
    'aws-bedrock',
    'amazon.nova-pro-v1:0',
    raw('bedrock/stream-tool-call-binary.cassette.yaml'),
  ],
  [
    'bedrock-redacted-binary',
    'aws-bedrock',
    'amazon.nova-pro-v1:0',
    raw('bedrock/stream-redacted-binary.cassette.yaml'),
  ],
  ['cohere-text', 'cohere', 'command-a', sse('cohere/cohere-text.chunks.txt')],
  ['cohere-tool-call', 'cohere', 'command-a', sse('cohere/cohere-tool-call.chunks.txt')],
  ['mistral-tool-call', 'mistral', 'mistral-small-latest', sse('mistral/mistral-tool-call.chunks.txt')],
  ['mistral-thinking', 'mistral', 'magistral-small-latest', raw('mistral/stream-thinking.cassette.yaml')],
  ['groq-tool-call', 'groq', 'llama-3.3-70b-versatile', sse('groq/groq-tool-call.chunks.txt')],
  ['xai-text', 'grok', 'grok-3-mini', sse('xai/xai-text.chunks.txt')],
  ['deepseek-tool-call', 'deepseek', 'deepseek-reasoner', sse('deepseek/deepseek-tool-call.chunks.txt')],
  [
    'cerebras-structured-output',
    'cerebras',
    'gpt-oss-120b',
    sse('cerebras/cererebras-structured-output-tools.1.chunks.txt'),
  ],
  ['openrouter-error', 'openrouter', 'openai/gpt-4.1', raw('openrouter/stream-error.cassette.yaml')],
  ['openrouter-reasoning', 'openrouter', 'openai/gpt-4.1', raw('openrouter/stream-reasoning.cassette.yaml')],
  ['perplexity-text', 'perplexity-ai', 'sonar', sse('perplexity/perplexity-text.chunks.txt')],
];

function dialectOf(slug: string, model: string): ProviderDialect {
  const translation = PROVIDER_TRANSLATIONS.get(slug);
  if (!translation) throw new Error(`nobody translates for ${slug}`);
  return translation.dialectFor(model, asked());
}

/** All events of a stream that comes in these pieces. */
function decode(
  dialect: ProviderDialect,
  slug: string,
  model: string,
  pieces: readonly Uint8Array[],
): ModelEvent[] {
  const context = decodeContext({ target: targetOf(slug, model) });
  const decoder = dialect.decodeStream(context);
  const events: ModelEvent[] = [];
  const parser = frameParser(
    dialect.framing,
    (frame) => events.push(...decoder.push(frame)),
    (message) => {
      throw new Error(message);
    },
  );
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return [...events, ...decoder.end()];
}

/** Few cuts anywhere, or many so that pieces are a few bytes: inside of characters, line ends and frames' lengths. */
const cuts = (length: number) =>
  fc.oneof(
    fc.array(fc.nat({ max: length }), { maxLength: 20 }),
    fc.integer({ min: 1, max: 9 }).map((size) => {
      const first = Math.max(0, length - 2_000);
      return Array.from({ length: Math.ceil((length - first) / size) }, (_, index) => first + index * size);
    }),
    fc
      .tuple(fc.nat({ max: length }), fc.array(fc.nat({ max: 30 }), { maxLength: 30 }))
      .map(([at, near]) => near.map((offset) => at + offset)),
  );

function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const points = [0, ...at.map((it) => Math.min(it, bytes.length)).toSorted((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, index) => bytes.subarray(points[index], end));
}

const recorded = hasRecorded ? describe : describe.skip;

recorded('however a recorded stream is cut, its events are the same', () => {
  test.each(STREAMS)('%s (%s)', (_file, slug, model, read) => {
    const bytes = read();
    const dialect = dialectOf(slug, model);
    const whole = decode(dialect, slug, model, [bytes]);
    expect(grammarFaults(whole)).toEqual([]);
    expect(whole.length).toBeGreaterThan(1);
    const expected = JSON.stringify(whole);
    fc.assert(
      fc.property(cuts(bytes.length), (at) => {
        if (JSON.stringify(decode(dialect, slug, model, split(bytes, at))) !== expected)
          expect(decode(dialect, slug, model, split(bytes, at))).toEqual(whole);
      }),
      { numRuns: Math.ceil(SPLITS / STREAMS.length) },
    );
  });
});
