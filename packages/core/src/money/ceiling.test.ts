import { describe, expect, test } from '@jest/globals';
import { ceilingOf, countedCeiling } from './ceiling.ts';
import { overrideTariff } from './price-texts.ts';
import { completeRates, type Tariff } from './tariff.ts';

const tariffOf = (rates: Readonly<Record<string, string>>): Tariff =>
  overrideTariff({ provider: 'any', model: '*', rates }) ?? { tiers: [] };

/** Output costs nothing, so what is left is what the input may cost, in micro-dollars: its tokens. */
const INPUT = tariffOf({ input: '1', output: '0' });
const OUTPUT = tariffOf({ input: '0', output: '1' });

const GPT = { provider: 'openai', model: 'gpt-5' };
const CLAUDE = { provider: 'anthropic', model: 'claude-sonnet-4-5' };
const UNKNOWN = { provider: 'custom-x', model: 'nobody-knows' };
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const chat = (more: object = {}) => ({ model: 'm', messages: [{ role: 'user', content: 'Hi.' }], ...more });
const content = (...parts: unknown[]) => json(chat({ messages: [{ role: 'user', content: parts }] }));
const base64 = (length: number) => 'A'.repeat(length);

describe('the most that is written', () => {
  test.each<[what: string, asked: typeof GPT, body: object, tokens: bigint, isSure: boolean]>([
    ['chat’s limit', GPT, chat({ max_completion_tokens: 50 }), 50n, true],
    ['its older name', GPT, chat({ max_tokens: 60 }), 60n, true],
    ['the larger of both', GPT, chat({ max_tokens: 60, max_completion_tokens: 70 }), 70n, true],
    ['times the answers', GPT, chat({ max_tokens: 60, n: 3 }), 180n, true],
    ['Responses', GPT, { input: 'Hi.', max_output_tokens: 80 }, 80n, true],
    [
      'Gemini, times the candidates',
      { provider: 'google-ai-studio', model: 'gemini-2.5-flash' },
      { contents: [], generationConfig: { maxOutputTokens: 90, candidateCount: 2 } },
      180n,
      true,
    ],
    [
      'Gemini in its other spelling, times the candidates',
      { provider: 'google-ai-studio', model: 'gemini-2.5-flash' },
      { contents: [], generation_config: { max_output_tokens: 90, candidate_count: 3 } },
      270n,
      true,
    ],
    [
      'Gemini in both spellings at once',
      { provider: 'google-ai-studio', model: 'gemini-2.5-flash' },
      { contents: [], generationConfig: { max_output_tokens: 90, candidate_count: 3 } },
      270n,
      true,
    ],
    [
      'chat’s own where the names of Gemini and Converse, which bound nothing there, stand beside it',
      GPT,
      chat({
        max_tokens: 60,
        contents: [],
        generationConfig: { maxOutputTokens: 1 },
        inferenceConfig: { maxTokens: 1 },
      }),
      60n,
      true,
    ],
    [
      'Converse',
      { provider: 'aws-bedrock', model: 'amazon.nova-pro-v1:0' },
      chat({ inferenceConfig: { maxTokens: 100 } }),
      100n,
      true,
    ],
    ['the last of members of one name', GPT, chat({ max_tokens: 5 }), 5n, true],
    ['the model’s own, by the catalogue', GPT, chat(), 128_000n, true],
    ['a name of another format is none', GPT, chat({ max_gen_len: 1, max_output_tokens: 1 }), 128_000n, true],
    ['nonsense is none', GPT, chat({ max_tokens: '7', max_completion_tokens: -1 }), 128_000n, true],
    ['what such answers seldom pass, where nobody knows', UNKNOWN, chat(), 16_384n, false],
    [
      'embeddings write nothing',
      { provider: 'openai', model: 'text-embedding-3-small' },
      { input: 'Hi.' },
      0n,
      true,
    ],
  ])('is %s', (_what, asked, body, tokens, isSure) => {
    expect(ceilingOf(OUTPUT, asked, json(body))).toEqual({ amount: tokens, isSure });
  });
});

describe('the most that is read', () => {
  const inputOf = (asked: typeof GPT, body: Uint8Array) => Number(ceilingOf(INPUT, asked, body).amount);

  test('is no more than the bytes of the text, and what formats put around it', () => {
    const body = json(chat({ max_tokens: 1 }));
    expect(inputOf(GPT, body)).toBe(body.length + 128);
  });

  test('leaves the base64 text of pictures out, and takes the most that one costs', () => {
    const url = `data:image/png;base64,${base64(500_000)}`;
    const parts: ReadonlyArray<readonly [typeof GPT, unknown]> = [
      [GPT, { type: 'image_url', image_url: { url } }],
      [GPT, { type: 'input_image', image_url: url }],
      [CLAUDE, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64(500_000) } }],
      [GPT, { inlineData: { mimeType: 'image/png', data: base64(500_000) } }],
      [GPT, { image: { format: 'png', source: { bytes: base64(500_000) } } }],
    ];
    for (const [asked, part] of parts) {
      expect(inputOf(asked, content(part))).toBeLessThan(20_000);
      expect(inputOf(asked, content(part))).toBeGreaterThan(4_000);
      expect(ceilingOf(INPUT, asked, content(part)).isSure).toBe(true);
    }
  });

  test('counts a picture that stands elsewhere as well', () => {
    const url = 'https://example.com/cat.png';
    expect(inputOf(CLAUDE, content({ type: 'image_url', image_url: { url } }))).toBeGreaterThan(4_784);
  });

  test('is not sure of a file that stands elsewhere: it may fill all that the model reads', () => {
    const ceiling = ceilingOf(
      INPUT,
      CLAUDE,
      content({ type: 'document', source: { type: 'url', url: 'x' } }),
    );
    expect(ceiling.isSure).toBe(false);
    expect(Number(ceiling.amount)).toBeGreaterThanOrEqual(200_000);
  });

  test('takes what looks like a picture in the arguments of a call as the text that it is', () => {
    const input = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64(9_000) } };
    const body = content({ type: 'tool_use', id: 'x', name: 'draw', input });
    expect(inputOf(CLAUDE, body)).toBeGreaterThan(9_000);
    const result = content({ functionCall: { name: 'draw', args: { inlineData: { data: base64(9_000) } } } });
    expect(inputOf(GPT, result)).toBeGreaterThan(9_000);
  });

  test('is what a conversation that is kept elsewhere may hold', () => {
    const ceiling = ceilingOf(INPUT, GPT, json({ input: 'And?', previous_response_id: 'resp_1' }));
    expect(Number(ceiling.amount)).toBeGreaterThanOrEqual(400_000);
    expect(ceiling.isSure).toBe(false);
  });

  test.each([
    ['none', ''],
    ['a form', '--x\r\ncontent-disposition: form-data'],
    ['a piece', '{"messages":['],
  ])('of a body that is no JSON (%s) is not sure', (_what, body) => {
    expect(ceilingOf(INPUT, GPT, Buffer.from(body)).isSure).toBe(false);
  });
});

describe('rates', () => {
  const body = json(chat({ max_tokens: 1_000 }));
  const input = BigInt(body.length + 128);

  test('are the dearest that the input may have', () => {
    const tariff = tariffOf({
      input: '1',
      cache_write: '2',
      cache_write_long: '9',
      input_audio: '50',
      output: '0',
    });
    expect(ceilingOf(tariff, GPT, body).amount).toBe(input * 2n);
    const long = json(chat({ max_tokens: 1, cache_control: { type: 'ephemeral', ttl: '1h' } }));
    expect(ceilingOf(tariff, GPT, long).amount).toBe(BigInt(long.length + 128) * 9n);
    const spoken = content({ type: 'input_audio', input_audio: { data: base64(4_000), format: 'wav' } });
    expect(ceilingOf(tariff, GPT, spoken).amount).toBeGreaterThan(50n * 350n);
  });

  test('are the dearest that the output may have', () => {
    const tariff = tariffOf({ input: '0', output: '2', reasoning: '3', output_audio: '70' });
    expect(ceilingOf(tariff, GPT, body).amount).toBe(3_000n);
    const spoken = json(chat({ max_tokens: 1_000, modalities: ['text', 'audio'] }));
    expect(ceilingOf(tariff, GPT, spoken).amount).toBe(70_000n);
  });

  test('are those of every tier that the request may fall into, and of no other', () => {
    const named = tariffOf({ input: '1', output: '1' }).tiers[0]?.rates ?? completeRates({});
    const dear = tariffOf({ input: '5', output: '5' }).tiers[0]?.rates ?? completeRates({});
    const tiers = (above: number): Tariff => ({
      tiers: [
        { above: -1, rates: named },
        { above, rates: dear },
      ],
    });
    expect(ceilingOf(tiers(100_000), GPT, body).amount).toBe(input + 1_000n);
    expect(ceilingOf(tiers(100), GPT, body).amount).toBe(5n * (input + 1_000n));
  });

  test('are told to the micro-dollar, upwards; a fee comes once', () => {
    const tariff = tariffOf({ input: '0', output: '0.0001', per_request: '0.01' });
    expect(ceilingOf(tariff, GPT, body)).toEqual({ amount: 10_001n, isSure: true });
  });

  test('of searches are for as many as an answer seldom passes', () => {
    const tariff = tariffOf({ search: '0.01' });
    const ceiling = ceilingOf(
      tariff,
      CLAUDE,
      json(chat({ max_tokens: 1, tools: [{ type: 'web_search_20250305' }] })),
    );
    expect(ceiling).toEqual({ amount: 100_000n, isSure: false });
  });
});

describe('the ceiling that is counted', () => {
  const byWords = { count: (text: string) => text.split(' ').length };

  test('is lower, and never above the cheap one', () => {
    const long = json(
      chat({ max_tokens: 10, messages: [{ role: 'user', content: 'one two '.repeat(2_000) }] }),
    );
    const cheap = ceilingOf(INPUT, GPT, long);
    const counted = countedCeiling(INPUT, GPT, long, byWords);
    expect(counted.amount).toBeLessThan(cheap.amount / 2n);
    expect(counted.isSure).toBe(true);
    const absurd = countedCeiling(INPUT, GPT, long, { count: () => 1_000_000 });
    expect(absurd.amount).toBe(cheap.amount);
  });

  test('is not sure of a model that has another tokenizer', () => {
    expect(countedCeiling(INPUT, CLAUDE, json(chat({ max_tokens: 1 })), byWords).isSure).toBe(false);
  });
});
