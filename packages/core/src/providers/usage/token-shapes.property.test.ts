import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../form/json.ts';
import { type TokenUsage, tokensIn, tokensOut } from '../../form/token-usage.ts';
import type { UsageDialect } from '../descriptor.ts';
import { tokenUsage } from './token-shapes.ts';

/** A usage object that a provider could have written, and the total that it means. */
interface Block {
  readonly dialect: UsageDialect;
  readonly usage: Json;
  readonly total: number;
}

const n = fc.nat({ max: 2_000_000 });
/** A part of `whole` in each of `names`, of which none passes what the others leave. */
const parts = (whole: number, shares: readonly number[]): number[] => {
  let left = whole;
  return shares.map((share) => {
    const part = Math.floor(left * share);
    left -= part;
    return part;
  });
};
const share = fc.double({ min: 0, max: 1, noNaN: true });
const shares = (length: number) => fc.array(share, { minLength: length, maxLength: length });

/** Details that a provider tells of the same tokens twice: a kind may lie inside the cache. */
const chat = fc
  .record({
    prompt: n,
    completion: n,
    caches: shares(2),
    kinds: shares(2),
    written: shares(3),
    outside: fc.boolean(),
  })
  .map(({ prompt, completion, caches, kinds, written, outside }): Block => {
    const [cached_tokens = 0, cache_write_tokens = 0] = parts(prompt, caches);
    const [audio_tokens = 0, image_tokens = 0] = parts(prompt, kinds);
    const [reasoning_tokens = 0, audio = 0, image = 0] = parts(completion, written);
    const completion_tokens = outside ? completion - reasoning_tokens : completion;
    return {
      dialect: outside ? 'xai-chat' : 'openai-chat',
      usage: {
        prompt_tokens: prompt,
        completion_tokens,
        total_tokens: prompt + completion,
        prompt_tokens_details: { cached_tokens, cache_write_tokens, audio_tokens, image_tokens },
        completion_tokens_details: { reasoning_tokens, audio_tokens: audio, image_tokens: image },
      },
      total: prompt + completion,
    };
  });

const responses = fc
  .record({ input: n, output: n, caches: shares(2), kinds: shares(2), written: shares(3) })
  .map(({ input, output, caches, kinds, written }): Block => {
    const [cached_tokens = 0, cache_write_tokens = 0] = parts(input, caches);
    const [audio_tokens = 0, image_tokens = 0] = parts(input, kinds);
    const [reasoning_tokens = 0, audio = 0, image = 0] = parts(output, written);
    return {
      dialect: 'openai-chat',
      usage: {
        input_tokens: input,
        output_tokens: output,
        input_tokens_details: { cached_tokens, cache_write_tokens, audio_tokens, image_tokens },
        output_tokens_details: { reasoning_tokens, audio_tokens: audio, image_tokens: image },
      },
      total: input + output,
    };
  });

const messages = fc
  .record({ input: n, read: n, written: n, long: share, output: n, thinking: share })
  .map(({ input, read, written, long, output, thinking }): Block => {
    const forAnHour = Math.floor(written * long);
    return {
      dialect: 'anthropic-messages',
      usage: {
        input_tokens: input,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
        cache_creation: {
          ephemeral_5m_input_tokens: written - forAnHour,
          ephemeral_1h_input_tokens: forAnHour,
        },
        output_tokens: output,
        output_tokens_details: { thinking_tokens: Math.floor(output * thinking) },
      },
      total: input + read + written + output,
    };
  });

const gemini = fc
  .record({
    prompt: n,
    tools: n,
    cached: share,
    kinds: shares(2),
    candidates: n,
    thoughts: n,
    written: shares(2),
  })
  .map(({ prompt, tools, cached, kinds, candidates, thoughts, written }): Block => {
    const [audio, image] = parts(prompt, kinds);
    const [spoken, drawn] = parts(candidates, written);
    const total = prompt + tools + candidates + thoughts;
    return {
      dialect: 'gemini',
      usage: {
        promptTokenCount: prompt,
        toolUsePromptTokenCount: tools,
        cachedContentTokenCount: Math.floor(prompt * cached),
        candidatesTokenCount: candidates,
        thoughtsTokenCount: thoughts,
        totalTokenCount: total,
        promptTokensDetails: [
          { modality: 'AUDIO', tokenCount: audio },
          { modality: 'IMAGE', tokenCount: image },
        ],
        candidatesTokensDetails: [
          { modality: 'AUDIO', tokenCount: spoken },
          { modality: 'IMAGE', tokenCount: drawn },
        ],
      },
      total,
    };
  });

const converse = fc.record({ input: n, read: n, written: n, long: share, output: n }).map(
  ({ input, read, written, long, output }): Block => ({
    dialect: 'bedrock',
    usage: {
      inputTokens: input,
      outputTokens: output,
      cacheReadInputTokens: read,
      cacheWriteInputTokens: written,
      cacheDetails: [{ ttl: '1h', inputTokens: Math.floor(written * long) }],
    },
    total: input + read + written + output,
  }),
);

const metrics = fc.tuple(n, n, n, n).map(
  ([input, output, read, written]): Block => ({
    dialect: 'bedrock',
    usage: {
      inputTokenCount: input,
      outputTokenCount: output,
      cacheReadInputTokenCount: read,
      cacheWriteInputTokenCount: written,
    },
    total: input + output + read + written,
  }),
);

const cohere = fc.record({ input: n, output: n, cached: share, billed: shares(2) }).map(
  ({ input, output, cached, billed: [paidInput = 0, paidOutput = 0] }): Block => ({
    dialect: 'cohere',
    usage: {
      tokens: { input_tokens: input, output_tokens: output },
      cached_tokens: Math.floor(input * cached),
      billed_units: {
        input_tokens: Math.floor(input * paidInput),
        output_tokens: Math.floor(output * paidOutput),
      },
    },
    total: input + output,
  }),
);

const plain = fc.tuple(n, n).chain(([input, output]) =>
  fc.constantFrom<Block>(
    {
      dialect: 'bedrock',
      usage: { prompt_token_count: input, generation_token_count: output },
      total: input + output,
    },
    {
      dialect: 'bedrock',
      usage: { inputTextTokenCount: input, results: [{ tokenCount: output }] },
      total: input + output,
    },
  ),
);

const READERS: ReadonlyArray<readonly [string, fc.Arbitrary<Block>]> = [
  ['chat', chat],
  ['responses', responses],
  ['messages', messages],
  ['gemini', gemini],
  ['converse', converse],
  ['invocation metrics', metrics],
  ['cohere', cohere],
  ['llama and titan', plain],
];

const sum = (usage: TokenUsage | null) => (usage ? tokensIn(usage) + tokensOut(usage) : 0);

describe.each(READERS)('%s', (_name, blocks) => {
  test('its classes add up to the provider’s own total, and none is negative', () => {
    fc.assert(
      fc.property(blocks, ({ dialect, usage, total }) => {
        const read = tokenUsage(dialect, usage);
        expect(sum(read)).toBe(total);
        expect(Object.values(read ?? {}).every((it) => Number.isSafeInteger(it) && it >= 0)).toBe(true);
      }),
    );
  });

  test('counting more of anything never makes the sum less', () => {
    fc.assert(
      fc.property(blocks, fc.nat(), n, ({ dialect, usage }, pick, more) => {
        const counts = Object.keys(usage).filter((key) => typeof usage[key] === 'number');
        const key = counts[pick % Math.max(1, counts.length)];
        fc.pre(key !== undefined && !key.startsWith('total'));
        const { total_tokens, totalTokenCount, ...rest } = usage;
        const grown = { ...rest, [key ?? '']: Number(usage[key ?? '']) + more };
        expect(sum(tokenUsage(dialect, grown))).toBeGreaterThanOrEqual(sum(tokenUsage(dialect, rest)));
      }),
    );
  });
});

test('whatever an object holds, no class is negative or no number', () => {
  const value = fc.oneof(
    n,
    fc.constantFrom(null, -1, Number.NaN, '7', [], {}),
    fc.dictionary(fc.string(), n),
  );
  const names = [
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'reasoning_tokens',
    'promptTokenCount',
    'cachedContentTokenCount',
    'thoughtsTokenCount',
    'inputTokens',
    'cached_tokens',
    'citation_tokens',
  ];
  const object = fc.dictionary(fc.constantFrom(...names), value);
  fc.assert(
    fc.property(
      object,
      fc.constantFrom<UsageDialect>('openai-chat', 'xai-chat', 'cohere'),
      (usage, dialect) => {
        const read = tokenUsage(dialect, usage);
        expect(Object.values(read ?? {}).every((it) => Number.isFinite(it) && it >= 0)).toBe(true);
      },
    ),
  );
});
