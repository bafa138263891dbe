import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock, UserBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import type { Message, ModelRequest, Parameters, Tool } from '../../../form/request.ts';
import { asked, encoded, expectTable, targetOf, withParameters } from '../../__fixtures__/exchange.ts';
import { COHERE_PARAMETERS } from '../parameters.ts';
import { cohere } from './index.ts';

const TARGET = targetOf('cohere', 'command-a-reasoning-08-2025');
const bodyOf = (request: ModelRequest, target = TARGET) => encoded(cohere, request, target).body;
const refusal = (request: ModelRequest) => {
  const result = cohere.encodeRequest(request, TARGET);
  return isFault(result) ? result : null;
};
const text = (words: string) => ({ kind: 'text', text: words }) as const;
const user = (...content: readonly UserBlock[]): Message => ({ role: 'user', content });
const assistant = (...content: readonly AssistantBlock[]): Message => ({ role: 'assistant', content });
const call = (id: string, args = '{"at":1}'): AssistantBlock => ({
  kind: 'tool-call',
  id,
  name: 'look',
  arguments: args,
});
const tool = (about: Partial<Extract<Tool, { kind: 'function' }>> = {}): Tool => ({
  kind: 'function',
  name: 'look',
  schema: null,
  strict: null,
  ...about,
});

test('a conversation', () => {
  const image = { kind: 'image', source: { kind: 'url', url: 'https://x/a.png' }, detail: 'low' } as const;
  const messages: Message[] = [
    { role: 'system', content: [text('Be brief.'), text('Be kind.')] },
    user(text('Hi'), image),
    assistant({ kind: 'reasoning', text: 'hm' }, text('I look.'), call('a'), call('b', 'null')),
    user(
      text('So?'),
      { kind: 'tool-result', callId: 'b', content: [text('broken')], isError: true },
      { kind: 'tool-result', callId: 'a', content: [text('see'), image], isError: false },
    ),
    { role: 'system', content: [text('In French.')] },
    assistant(text('Oui.')),
  ];
  expect(encoded(cohere, asked({ messages, stream: true }), TARGET)).toEqual({
    path: 'v2/chat',
    query: '',
    headers: [],
    dropped: [],
    names: expect.anything(),
    body: {
      model: TARGET.model,
      stream: true,
      messages: [
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          tool_plan: 'I look.',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
            { id: 'b', type: 'function', function: { name: 'look', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: 'see' },
        { role: 'tool', tool_call_id: 'b', content: 'Error: broken' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Returned by the tool call a:' },
            { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'low' } },
            { type: 'text', text: 'So?' },
            { type: 'text', text: 'In French.' },
          ],
        },
        { role: 'assistant', content: 'Oui.' },
      ],
    },
  });
});

test.each<UserBlock>([
  { kind: 'audio', source: { kind: 'data', mediaType: 'audio/wav', data: 'AA' } },
  { kind: 'file', source: { kind: 'data', mediaType: 'application/pdf', data: 'AA' } },
  { kind: 'image', source: { kind: 'file-id', id: 'f', dialect: 'openai-chat' } },
])('$kind that Cohere cannot take is refused', (block) => {
  expect(refusal(asked({ messages: [user(block)] }))).toMatchObject({ path: ['messages'] });
});

describe('tools', () => {
  const other = tool({ name: 'other' });
  const withTools = (tools: readonly Tool[], parameters: Parameters = {}) =>
    bodyOf(asked({ tools, parameters }));
  const wire = (name: string) => ({
    type: 'function',
    function: { name, parameters: { type: 'object', properties: {} } },
  });

  test.each<[Parameters['toolChoice'], string | undefined, readonly string[]]>([
    [undefined, undefined, ['look', 'other']],
    [{ kind: 'auto' }, undefined, ['look', 'other']],
    [{ kind: 'none' }, 'NONE', ['look', 'other']],
    [{ kind: 'required' }, 'REQUIRED', ['look', 'other']],
    [{ kind: 'tool', name: 'other' }, 'REQUIRED', ['other']],
    [{ kind: 'allowed', mode: 'auto', names: ['look'] }, undefined, ['look']],
    [{ kind: 'allowed', mode: 'required', names: ['look'] }, 'REQUIRED', ['look']],
  ])('choice %j is %s of %j', (toolChoice, word, sent) => {
    const body = withTools([tool(), other], toolChoice ? { toolChoice } : {});
    expect(body.tool_choice).toBe(word);
    expect(body.tools).toEqual(sent.map(wire));
  });

  test('a choice of none of them is refused', () => {
    const parameters: Parameters = { toolChoice: { kind: 'tool', name: 'absent' } };
    expect(refusal(asked({ tools: [other], parameters }))?.path).toEqual(['tool_choice']);
  });

  test('strict, when all are and each requires something', () => {
    const strict = tool({ strict: true, schema: { type: 'object', properties: { a: {} }, required: ['a'] } });
    expect(withTools([strict]).strict_tools).toBe(true);
    expect(withTools([strict, other])).not.toHaveProperty('strict_tools');
    expect(withTools([tool({ strict: true })])).not.toHaveProperty('strict_tools');
  });

  test('a choice without tools is left out', () => {
    expect(bodyOf(withParameters({ toolChoice: { kind: 'required' } }))).not.toHaveProperty('tool_choice');
  });

  test.each<Tool>([
    { kind: 'custom', name: 'patch', format: null },
    { kind: 'web-search', dialect: 'openai-chat', options: {} },
    { kind: 'provider', dialect: 'openai-responses', type: 'mcp', options: {} },
  ])('$kind is refused', (unknown) => {
    expect(refusal(asked({ tools: [unknown] }))?.path).toEqual(['tools', '0']);
  });

  test('a format is asked for in words beside them, and has its field without them', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const parameters: Parameters = { outputFormat: { kind: 'json-schema', name: 'n', schema, strict: true } };
    const beside = withTools([tool()], parameters);
    expect(beside).not.toHaveProperty('response_format');
    expect(beside.messages).toMatchObject([
      { role: 'system', content: expect.stringContaining('JSON Schema') },
      {},
    ]);
    expect(bodyOf(withParameters(parameters)).response_format).toEqual({
      type: 'json_object',
      json_schema: schema,
    });
    expect(bodyOf(withParameters({ outputFormat: { kind: 'json' } })).response_format).toEqual({
      type: 'json_object',
    });
  });
});

describe('parameters', () => {
  test('every row of the table holds', () => expectTable(cohere, TARGET, COHERE_PARAMETERS));

  test.each<[Parameters, object]>([
    [{ maxTokens: 5 }, { max_tokens: 5 }],
    [{ temperature: 0.5 }, { temperature: 0.5 }],
    [{ topP: 0.5 }, { p: 0.5 }],
    [{ topK: 5 }, { k: 5 }],
    [{ stop: ['a'] }, { stop_sequences: ['a'] }],
    [{ seed: 1 }, { seed: 1 }],
    [{ frequencyPenalty: 0.1 }, { frequency_penalty: 0.1 }],
    [{ presencePenalty: 0.1 }, { presence_penalty: 0.1 }],
    [{ logprobs: 0 }, { logprobs: true }],
    [{ reasoning: { effort: 'none', shown: null } }, { thinking: { type: 'disabled' } }],
    [{ reasoning: { budget: 500, shown: null } }, { thinking: { type: 'enabled', token_budget: 500 } }],
    [
      { reasoning: { effort: 'low', shown: null }, maxTokens: 1000 },
      { max_tokens: 1000, thinking: { type: 'enabled', token_budget: 100 } },
    ],
    [{ reasoning: { shown: true } }, { thinking: { type: 'enabled' } }],
  ])('%j is written as %j', (parameters, fields) => {
    const { model, messages, ...rest } = bodyOf(withParameters(parameters));
    expect(rest).toEqual(fields);
  });

  test('one of the two penalties, and no alternatives', () => {
    const request = withParameters({ frequencyPenalty: 0.1, presencePenalty: 0.2, logprobs: 3 });
    const { body, dropped } = encoded(cohere, request, TARGET);
    expect(body).not.toHaveProperty('presence_penalty');
    expect(dropped).toEqual(['presencePenalty', 'top_logprobs']);
  });

  test('models that never think drop it, but not the wish that they do not', () => {
    const old = targetOf('cohere', 'command-r-plus-08-2024');
    const dropped = (effort: 'none' | 'low') =>
      encoded(cohere, withParameters({ reasoning: { effort, shown: null } }), old).dropped;
    expect(dropped('low')).toEqual(['reasoning']);
    expect(dropped('none')).toEqual([]);
  });
});
