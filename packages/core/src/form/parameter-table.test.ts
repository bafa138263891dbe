import { describe, expect, test } from '@jest/globals';
import { isFault } from './fault.ts';
import { narrow, type ParameterRule, type ParameterTable } from './parameter-table.ts';
import type { ModelRequest, ParameterName, Parameters } from './request.ts';

const NAMES: readonly ParameterName[] = [
  'maxTokens',
  'temperature',
  'topP',
  'topK',
  'stop',
  'seed',
  'frequencyPenalty',
  'presencePenalty',
  'logitBias',
  'candidates',
  'logprobs',
  'toolChoice',
  'parallelToolCalls',
  'outputFormat',
  'reasoning',
  'verbosity',
  'modalities',
  'audioOutput',
  'prediction',
  'user',
  'metadata',
  'store',
  'serviceTier',
  'promptCacheKey',
  'promptCacheRetention',
  'truncation',
  'maxToolCalls',
];
const table = (rules: Partial<ParameterTable>, others: ParameterRule = 'keep'): ParameterTable =>
  ({ ...Object.fromEntries(NAMES.map((name) => [name, others])), ...rules }) as ParameterTable;

const request = (parameters: Parameters, unknown = {}): ModelRequest => ({
  messages: [],
  tools: [],
  parameters,
  stream: false,
  includeUsage: false,
  unknown,
  source: {
    dialect: 'openai-responses',
    body: {},
    names: { maxTokens: 'max_output_tokens', reasoning: 'reasoning.effort', seed: 'seed' },
  },
});

describe('a request held against what a target can say', () => {
  test('keeps what the target has a field for', () => {
    expect(narrow(request({ maxTokens: 5, seed: 7 }), table({}), 'Target')).toEqual({
      parameters: { maxTokens: 5, seed: 7 },
      dropped: [],
    });
  });

  test("names what only tunes and is left out, in the client's words, and what the form does not know", () => {
    const given = request({ maxTokens: 5, seed: 7, topK: 3 }, { extra: 1, 'messages[].name': 'x' });
    expect(narrow(given, table({ maxTokens: 'drop', topK: 'drop' }), 'Target')).toEqual({
      parameters: { seed: 7 },
      dropped: ['max_output_tokens', 'topK', 'extra', 'messages[].name'],
    });
  });

  test('refuses what would change the answer, at its place in the body', () => {
    const given = request({ reasoning: { effort: 'high', shown: null } });
    const narrowed = narrow(given, table({ reasoning: 'refuse' }), 'Target');
    expect(isFault(narrowed) && narrowed.path).toEqual(['reasoning', 'effort']);
    expect(isFault(narrowed) && narrowed.message).toMatch(/^Target .*"reasoning\.effort"/);
  });

  test('says nothing about what the caller did not ask for', () => {
    expect(narrow(request({}), table({}, 'refuse'), 'Target')).toEqual({ parameters: {}, dropped: [] });
  });
});

describe('hints in the content', () => {
  const hinted: ModelRequest = {
    ...request({}),
    messages: [
      {
        role: 'user',
        content: [
          { kind: 'text', text: 'long', cache: { lifetime: null } },
          { kind: 'image', source: { kind: 'url', url: 'https://x.example/a.png' }, detail: 'low' },
        ],
      },
    ],
  };
  test('are named where the target has no place for them', () => {
    expect(narrow(hinted, table({ cacheHints: 'drop', imageDetail: 'drop' }), 'It')).toMatchObject({
      dropped: ['cache_control', 'detail'],
    });
  });
  test('are not where it has one, or where nobody wrote any', () => {
    const kept = table({ cacheHints: 'keep', imageDetail: 'keep' });
    expect(narrow(hinted, kept, 'It')).toMatchObject({ dropped: [] });
    const none = table({ cacheHints: 'drop', imageDetail: 'drop' });
    expect(narrow(request({}), none, 'It')).toMatchObject({ dropped: [] });
  });
  test('of a tool count too', () => {
    const tools: ModelRequest['tools'] = [
      { kind: 'function', name: 'f', schema: null, strict: null, cache: { lifetime: '1h' } },
    ];
    expect(narrow({ ...request({}), tools }, table({ cacheHints: 'drop' }), 'It')).toMatchObject({
      dropped: ['cache_control'],
    });
  });
});
