import { describe, expect, test } from '@jest/globals';
import { isFault } from '../../../form/fault.ts';
import type { Message, ModelRequest, Parameters, Tool } from '../../../form/request.ts';
import { workersAiTranslation } from '../../../providers/workers-ai/translation.ts';
import { asked, encoded, expectTable, targetOf, withParameters } from '../../__fixtures__/exchange.ts';
import { DEFAULT_MAX_TOKENS, WORKERS_AI_PARAMETERS } from '../parameters.ts';

const MODEL = '@hf/thebloke/some model';
const TARGET = targetOf('workers-ai', MODEL);
const run = workersAiTranslation.dialectFor(MODEL, asked());
const bodyOf = (request: ModelRequest) => encoded(run, request, TARGET).body;
const text = (words: string) => ({ kind: 'text', text: words }) as const;
const tool = (name: string): Tool => ({ kind: 'function', name, schema: null, strict: null });

test('slashes of the model stay as they are', () => {
  expect(encoded(run, asked(), TARGET).path).toBe('run/@hf/thebloke/some%20model');
});

test('models of today are asked in the format of OpenAI', () => {
  const target = targetOf('workers-ai', '@cf/openai/gpt-oss-20b');
  const dialect = workersAiTranslation.dialectFor(target.model, asked());
  expect(encoded(dialect, asked(), target)).toMatchObject({
    path: 'v1/chat/completions',
    body: { model: '@cf/openai/gpt-oss-20b' },
  });
});

test('a conversation: texts are strings and never null', () => {
  const image = { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AA' } } as const;
  const messages: Message[] = [
    { role: 'system', content: [text('Be brief.')] },
    { role: 'user', content: [text('Look'), image] },
    { role: 'assistant', content: [{ kind: 'tool-call', id: 'a', name: 'look', arguments: '' }] },
    {
      role: 'user',
      content: [
        { kind: 'tool-result', callId: 'a', content: [text('no')], isError: true },
        text('So'),
        text('now?'),
      ],
    },
  ];
  expect(bodyOf(asked({ messages, stream: true }))).toEqual({
    stream: true,
    max_tokens: DEFAULT_MAX_TOKENS,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
        ],
      },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'a', name: 'look', content: 'Error: no' },
      { role: 'user', content: 'So\nnow?' },
    ],
  });
});

test('a format has its schema bare and is not streamed', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const parameters: Parameters = { outputFormat: { kind: 'json-schema', name: 'n', schema, strict: true } };
  const body = bodyOf(asked({ parameters, stream: true }));
  expect(body.response_format).toEqual({ type: 'json_schema', json_schema: schema });
  expect(body).not.toHaveProperty('stream');
  expect(bodyOf(withParameters({ outputFormat: { kind: 'json' } })).response_format).toEqual({
    type: 'json_object',
  });
});

describe('tools', () => {
  test.each<[Parameters['toolChoice'], string | undefined, number]>([
    [undefined, undefined, 2],
    [{ kind: 'auto' }, undefined, 2],
    [{ kind: 'none' }, 'none', 2],
    [{ kind: 'required' }, 'required', 2],
    [{ kind: 'tool', name: 'a' }, 'required', 1],
    [{ kind: 'allowed', mode: 'auto', names: ['a'] }, undefined, 1],
    [{ kind: 'allowed', mode: 'required', names: ['a'] }, 'required', 1],
  ])('choice %j is %s of %i', (toolChoice, word, count) => {
    const body = bodyOf(
      asked({ tools: [tool('a'), tool('b')], parameters: toolChoice ? { toolChoice } : {} }),
    );
    expect(body.tool_choice).toBe(word);
    expect(body.tools).toHaveLength(count);
  });

  test('a choice of none of them is refused', () => {
    const parameters: Parameters = { toolChoice: { kind: 'tool', name: 'absent' } };
    const result = run.encodeRequest(asked({ tools: [tool('a')], parameters }), TARGET);
    expect(isFault(result) && result.path).toEqual(['tool_choice']);
  });

  test.each<Tool>([
    { kind: 'custom', name: 'patch', format: null },
    { kind: 'web-search', dialect: 'openai-chat', options: {} },
  ])('$kind is refused', (unknown) => {
    const result = run.encodeRequest(asked({ tools: [unknown] }), TARGET);
    expect(isFault(result) && result.path).toEqual(['tools', '0']);
  });
});

describe('parameters', () => {
  test('every row of the table holds', () => expectTable(run, TARGET, WORKERS_AI_PARAMETERS));

  test.each<[Parameters, object]>([
    [{ maxTokens: 5 }, { max_tokens: 5 }],
    [{ temperature: 0.5 }, { temperature: 0.5 }],
    [{ topP: 0.5 }, { top_p: 0.5 }],
    [{ topK: 5 }, { top_k: 5 }],
    [{ seed: 1 }, { seed: 1 }],
    [{ frequencyPenalty: 0.1 }, { frequency_penalty: 0.1 }],
    [{ presencePenalty: 0.1 }, { presence_penalty: 0.1 }],
  ])('%j is written as %j', (parameters, fields) => {
    const { messages, ...rest } = bodyOf(withParameters(parameters));
    expect(rest).toEqual({ max_tokens: DEFAULT_MAX_TOKENS, ...fields });
  });
});
