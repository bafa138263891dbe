import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock, UserBlock } from '../../../form/blocks.ts';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { Message, ModelRequest, Parameters, Tool } from '../../../form/request.ts';
import { TOOL_NAME_64, wireName } from '../../../form/wire-names.ts';
import type { EncodedRequest } from '../../provider-dialect.ts';
import {
  LLAMA_3,
  MISTRAL_LARGE,
  NOVA_PRO,
  OPUS_5,
  request,
  SONNET_4,
  SONNET_45,
  target,
} from '../__fixtures__/frames.ts';
import { CONVERSE_PARAMETERS } from '../parameters.ts';
import { converse } from './index.ts';

function encode(
  some: Partial<ModelRequest> = {},
  parameters: Parameters = {},
  model = SONNET_45,
): EncodedRequest {
  const encoded = converse.encodeRequest(request(some, parameters), target(model));
  if (isFault(encoded)) throw new Error(encoded.message);
  return encoded;
}

function refusal(some: Partial<ModelRequest>, parameters: Parameters = {}, model = SONNET_45) {
  const encoded = converse.encodeRequest(request(some, parameters), target(model));
  if (!isFault(encoded)) throw new Error('it was not refused');
  return encoded;
}

const user = (...content: (UserBlock | string)[]): Message => ({
  role: 'user',
  content: content.map((it) => (typeof it === 'string' ? { kind: 'text', text: it } : it)),
});
const assistant = (...content: (AssistantBlock | string)[]): Message => ({
  role: 'assistant',
  content: content.map((it) => (typeof it === 'string' ? { kind: 'text', text: it } : it)),
});
const call = (id: string, name = 'look', text = '{"a":1}'): AssistantBlock => ({
  kind: 'tool-call',
  id,
  name,
  arguments: text,
});
const result = (callId: string, text = 'found', isError = false): UserBlock => ({
  kind: 'tool-result',
  callId,
  content: text === '' ? [] : [{ kind: 'text', text }],
  isError,
});
const look: Tool = {
  kind: 'function',
  name: 'look',
  description: 'Looks',
  schema: { type: 'object', properties: { a: { type: 'number' } } },
  strict: null,
};
const PNG = 'iVBORw0KGgoAAAANSUhEUg==';

describe('the address', () => {
  test.each([
    [
      'anthropic.claude-sonnet-4-5-20250929-v1:0',
      'us-east-1/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0',
    ],
    ['eu-west-1/eu.anthropic.claude-opus-5-v1:0', 'eu-west-1/model/eu.anthropic.claude-opus-5-v1%3A0'],
    [
      'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc',
      'eu-central-1/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Aapplication-inference-profile%2Fabc',
    ],
    ['us-gov-west-1/amazon.nova-pro-v1:0', 'us-gov-west-1/model/amazon.nova-pro-v1%3A0'],
  ])('of %s', (model, rest) => {
    expect(encode({}, {}, model).path).toBe(`bedrock-runtime/${rest}/converse`);
    expect(encode({ stream: true }, {}, model).path).toBe(`bedrock-runtime/${rest}/converse-stream`);
  });
});

describe('turns', () => {
  test('the whole of a small request', () => {
    const messages: Message[] = [
      { role: 'system', content: [{ kind: 'text', text: 'Be brief.' }] },
      user('Hi'),
    ];
    expect(encode({ messages }).body).toEqual({
      system: [{ text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
    });
  });

  test('all results of a turn are in one user turn, in the order of the calls (bug 29)', () => {
    const messages = [
      user('go'),
      assistant('I look.', call('a'), call('b')),
      user(result('b')),
      user(result('a', '', true)),
      user('and?'),
    ];
    expect(encode({ messages, tools: [look] }).body.messages).toEqual([
      { role: 'user', content: [{ text: 'go' }] },
      {
        role: 'assistant',
        content: [
          { text: 'I look.' },
          { toolUse: { toolUseId: 'a', name: 'look', input: { a: 1 } } },
          { toolUse: { toolUseId: 'b', name: 'look', input: { a: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'a', content: [{ text: '(no output)' }], status: 'error' } },
          { toolResult: { toolUseId: 'b', content: [{ text: 'found' }] } },
          { text: 'and?' },
        ],
      },
    ]);
  });

  test('models that take nothing beside results get the rest in the last of them', () => {
    const messages = [user('go'), assistant(call('abcdefghi')), user(result('abcdefghi'), 'and?')];
    const { body } = encode({ messages, tools: [look] }, {}, MISTRAL_LARGE);
    expect(body.messages).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [{ text: 'found' }, { text: 'and?' }] } }] },
    ]);
  });

  test('a failed result of a model without a status for it says so in words', () => {
    const messages = [user('go'), assistant(call('a')), user(result('a', 'no disk', true))];
    const { body } = encode({ messages, tools: [look] }, {}, LLAMA_3);
    expect(JSON.stringify(body.messages)).toContain('[{"text":"Error:"},{"text":"no disk"}]}');
  });

  test('ids that others made are made over, the same way for call and result (bug 31)', () => {
    const messages = [user('go'), assistant(call('functions.x:0')), user(result('functions.x:0'))];
    const text = JSON.stringify(encode({ messages, tools: [look] }).body.messages);
    const ids = [...text.matchAll(/"toolUseId":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids[0]).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  test('Mistral takes ids of nine letters and digits', () => {
    const messages = [user('go'), assistant(call('call_12345')), user(result('call_12345'))];
    const text = JSON.stringify(encode({ messages, tools: [look] }, {}, MISTRAL_LARGE).body);
    const ids = [...text.matchAll(/"toolUseId":"([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(ids[0]).toMatch(/^[A-Za-z0-9]{9}$/);
  });

  test('an interrupted call gets a result that says so', () => {
    const messages = [user('go'), assistant(call('a')), user('never mind')];
    expect(encode({ messages, tools: [look] }).body.messages).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { toolUseId: 'a', status: 'error' } }, { text: 'never mind' }] },
    ]);
  });

  test('an assistant that begins is preceded by the user', () => {
    const { body } = encode({ messages: [assistant('Welcome!'), user('Hi')] });
    expect(body.messages).toMatchObject([{ role: 'user' }, { role: 'assistant' }, { role: 'user' }]);
  });

  test('nothing but instructions are the user’s', () => {
    const { body } = encode({ messages: [{ role: 'system', content: [{ kind: 'text', text: 'Sing.' }] }] });
    expect(body).toEqual({ messages: [{ role: 'user', content: [{ text: 'Sing.' }] }] });
  });

  test('nothing at all is refused', () => {
    expect(refusal({ messages: [user(' ')] }).path).toEqual(['messages']);
  });

  test('arguments are an object; what is none goes back as the model wrote it', () => {
    const messages = [
      user('go'),
      assistant(call('a', 'look', ''), call('b', 'look', 'null'), call('c', 'look', '{"a":')),
      user(result('a'), result('b'), result('c')),
    ];
    const text = JSON.stringify(encode({ messages, tools: [look] }).body.messages);
    const inputs = [...text.matchAll(/"input":(\{.*?\})\}/g)].map(([, input]) => input);
    expect(inputs).toEqual(['{}', '{}', '{"input":"{\\"a\\":"}']);
  });

  test('words that the assistant shall go on with do not end in white space', () => {
    const { body } = encode({ messages: [user('a list'), assistant('1. ')] });
    expect(body.messages).toMatchObject([{}, { content: [{ text: '1.' }] }]);
  });
});

describe('media', () => {
  const image = (data: string, mediaType: string): UserBlock => ({
    kind: 'image',
    source: { kind: 'data', mediaType, data },
  });
  const pdf = (name?: string): UserBlock => ({
    kind: 'file',
    source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0xLjQ=' },
    ...(name === undefined ? {} : { name }),
  });

  test('the format of an image is what its bytes are, whatever it is called', () => {
    const { body } = encode({
      messages: [user('see', image(PNG, 'image/jpeg'), image('/9j/4AAQ', 'image/jpg'))],
    });
    expect(body.messages).toMatchObject([
      {
        content: [
          { text: 'see' },
          { image: { format: 'png', source: { bytes: PNG } } },
          { image: { format: 'jpeg' } },
        ],
      },
    ]);
  });

  test('a picture in a result stays a picture (bug 35)', () => {
    const messages = [
      user('go'),
      assistant(call('a')),
      user({
        kind: 'tool-result',
        callId: 'a',
        isError: false,
        content: [{ kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: PNG } }],
      }),
    ];
    expect(encode({ messages, tools: [look] }).body.messages).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [{ image: { format: 'png' } }] } }] },
    ]);
  });

  test('documents have clean names, none twice, and a text beside them', () => {
    const { body } = encode({ messages: [user(pdf('a_b!.pdf'), pdf('a_b!.pdf'), pdf())] });
    expect(body.messages).toMatchObject([
      {
        content: [
          { text: 'Document: a b, a b (2), document-3' },
          { document: { format: 'pdf', name: 'a b' } },
          { document: { name: 'a b (2)' } },
          { document: { name: 'document-3' } },
        ],
      },
    ]);
  });

  test('what lies in S3 is pointed to', () => {
    const source = { kind: 'url', url: 's3://bucket/cat.jpg' } as const;
    expect(encode({ messages: [user('see', { kind: 'image', source })] }).body.messages).toMatchObject([
      { content: [{}, { image: { format: 'jpeg', source: { s3Location: { uri: source.url } } } }] },
    ]);
  });

  test.each<[string, UserBlock, RegExp]>([
    ['an https image', { kind: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } }, /data URL/],
    ['a TIFF', image('SUkqAA==', 'image/tiff'), /image\/tiff/],
    [
      'a file at another provider',
      { kind: 'file', source: { kind: 'file-id', id: 'file-1', dialect: 'openai-chat' } },
      /file-1/,
    ],
    ['audio', { kind: 'audio', source: { kind: 'data', mediaType: 'audio/wav', data: 'UklGRg==' } }, /audio/],
  ])('%s is refused by name', (_, block, message) => {
    expect(refusal({ messages: [user('see', block)] }).message).toMatch(message);
  });
});

describe('tools', () => {
  test('calls in the history need tools, also when the request offers none (bug 30)', () => {
    const messages = [user('go'), assistant(call('a')), user(result('a'))];
    expect(encode({ messages }).body.toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object', properties: {} } } } }],
    });
  });

  test('there is no choice "none": without calls in the history the tools go', () => {
    const { body, dropped } = encode({ tools: [look] }, { toolChoice: { kind: 'none' } });
    expect(body.toolConfig).toBeUndefined();
    expect(dropped).toEqual([]);
  });

  test('with calls in the history the tools stay, and the choice is named as left out', () => {
    const messages = [user('go'), assistant(call('a')), user(result('a'))];
    const { body, dropped } = encode({ messages, tools: [look] }, { toolChoice: { kind: 'none' } });
    expect(body.toolConfig).toMatchObject({ tools: [{ toolSpec: { name: 'look' } }] });
    expect(JSON.stringify(body)).not.toContain('toolChoice');
    expect(dropped).toEqual(['toolChoice']);
  });

  test.each<[string, Parameters['toolChoice'], unknown]>([
    [SONNET_45, { kind: 'auto' }, { auto: {} }],
    [SONNET_45, { kind: 'required' }, { any: {} }],
    [SONNET_45, { kind: 'tool', name: 'look' }, { tool: { name: 'look' } }],
    [NOVA_PRO, { kind: 'tool', name: 'look' }, { tool: { name: 'look' } }],
    [MISTRAL_LARGE, { kind: 'tool', name: 'look' }, { any: {} }],
    [LLAMA_3, { kind: 'auto' }, undefined],
    [SONNET_45, { kind: 'allowed', mode: 'required', names: ['look'] }, { any: {} }],
  ])('%s, choice %j', (model, toolChoice, expected) => {
    const other: Tool = { ...look, name: 'other' };
    const { body } = encode({ tools: [look, other] }, toolChoice ? { toolChoice } : {}, model);
    expect((body.toolConfig as Record<string, unknown>).toolChoice).toEqual(expected);
    const isNarrowed =
      toolChoice?.kind === 'allowed' || (toolChoice?.kind === 'tool' && model === MISTRAL_LARGE);
    expect((body.toolConfig as { tools: unknown[] }).tools).toHaveLength(isNarrowed ? 1 : 2);
  });

  test('a model without choices cannot be made to call', () => {
    expect(refusal({ tools: [look] }, { toolChoice: { kind: 'required' } }, LLAMA_3).path).toEqual([
      'toolChoice',
    ]);
  });

  test('names and descriptions as Bedrock takes them', () => {
    const tool: Tool = {
      kind: 'function',
      name: 'weather.now',
      description: ' ',
      schema: null,
      strict: null,
    };
    const { body, names } = encode({ tools: [tool] });
    const wire = wireName('weather.now', TOOL_NAME_64);
    expect(body.toolConfig).toEqual({
      tools: [{ toolSpec: { name: wire, inputSchema: { json: { type: 'object', properties: {} } } } }],
    });
    expect(names.fromWire(wire)).toBe('weather.now');
  });

  test('strict tools stay strict where the model has it and the schema allows it', () => {
    const strict: Tool = { ...look, strict: true } as Tool;
    const specOf = (tool: Tool, model: string) =>
      (encode({ tools: [tool] }, {}, model).body.toolConfig as { tools: { toolSpec: Json }[] }).tools[0]
        ?.toolSpec;
    expect(specOf(strict, SONNET_45)).toMatchObject({
      strict: true,
      inputSchema: { json: { additionalProperties: false } },
    });
    expect(specOf(strict, NOVA_PRO)).not.toHaveProperty('strict');
    const open: Tool = {
      ...look,
      strict: true,
      schema: { type: 'object', additionalProperties: true },
    } as Tool;
    expect(specOf(open, SONNET_45)).not.toHaveProperty('strict');
  });

  test.each<[Tool, RegExp]>([
    [{ kind: 'custom', name: 'c', format: null }, /custom tool/],
    [{ kind: 'web-search', dialect: 'openai-chat', options: {} }, /web-search tool/],
    [
      { kind: 'provider', dialect: 'openai-responses', type: 'code_interpreter', options: {} },
      /code_interpreter/,
    ],
  ])('%j is refused by name', (tool, message) => {
    const fault = refusal({ tools: [look, tool] });
    expect(fault.message).toMatch(message);
    expect(fault.path).toEqual(['tools', '1']);
  });

  test('one call at a time is Claude’s own choice', () => {
    const { body } = encode(
      { tools: [look] },
      { parallelToolCalls: false, toolChoice: { kind: 'required' } },
    );
    expect(body.additionalModelRequestFields).toEqual({
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    expect((body.toolConfig as Record<string, unknown>).toolChoice).toBeUndefined();
  });
});

describe('an answer by a schema', () => {
  const schema = {
    type: 'object',
    properties: { n: { type: 'number', minimum: 1 }, k: { oneOf: [{ type: 'string' }] } },
    required: ['n'],
  };
  const outputFormat = { kind: 'json-schema', name: 'out', schema, strict: true } as const;

  test('newer Claude: its own field, with the schema closed and its limits told', () => {
    const { body, outputTool } = encode(
      {},
      { outputFormat, reasoning: { effort: 'high', shown: null } },
      OPUS_5,
    );
    expect(outputTool).toBeUndefined();
    expect(body.additionalModelRequestFields).toEqual({
      thinking: { type: 'adaptive' },
      output_config: {
        effort: 'high',
        format: {
          type: 'json_schema',
          schema: {
            type: 'object',
            properties: {
              n: { type: 'number', description: '(minimum: 1)' },
              k: { anyOf: [{ type: 'string' }] },
            },
            required: ['n'],
            additionalProperties: false,
          },
        },
      },
    });
  });

  test('a schema of open objects cannot be closed: a tool of ours is', () => {
    const open = { type: 'object', additionalProperties: { type: 'string' } };
    const { outputTool } = encode({}, { outputFormat: { ...outputFormat, schema: open } }, OPUS_5);
    expect(outputTool).toBe('json');
  });

  test('GPT-OSS: outputConfig, whose schema is a text', () => {
    const { body } = encode({}, { outputFormat }, 'openai.gpt-oss-120b-1:0');
    expect(body.outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'out', schema: JSON.stringify(schema) } },
      },
    });
  });

  test('older Claude: a forced tool of ours', () => {
    const { body, outputTool } = encode({}, { outputFormat }, SONNET_4);
    expect(outputTool).toBe('json');
    expect(body.toolConfig).toMatchObject({
      tools: [{ toolSpec: { name: 'json', inputSchema: { json: schema } } }],
      toolChoice: { tool: { name: 'json' } },
    });
  });

  test('with tools of the caller: any of them, and a name that is free', () => {
    const taken: Tool = { ...look, name: 'json' };
    const { body, outputTool } = encode({ tools: [taken] }, { outputFormat }, SONNET_4);
    expect(outputTool).toBe('json_answer');
    expect(body.toolConfig).toMatchObject({ toolChoice: { any: {} } });
  });

  test('with thinking nothing may be forced: it is asked for (bug 36)', () => {
    const { body, outputTool } = encode(
      {},
      { outputFormat, reasoning: { budget: 2000, shown: null }, maxTokens: 8000 },
      SONNET_4,
    );
    expect(outputTool).toBe('json');
    expect((body.toolConfig as Record<string, unknown>).toolChoice).toBeUndefined();
    expect(body.system).toEqual([{ text: expect.stringContaining('"json"') }]);
    expect(body.additionalModelRequestFields).toMatchObject({ thinking: { budget_tokens: 2000 } });
  });

  test('a forced call of the caller leaves no answer to form', () => {
    const { outputTool } = encode(
      { tools: [look] },
      { outputFormat, toolChoice: { kind: 'required' } },
      SONNET_4,
    );
    expect(outputTool).toBeUndefined();
  });

  test('JSON of any shape is asked for in words', () => {
    expect(encode({}, { outputFormat: { kind: 'json' } }).body.system).toEqual([
      { text: expect.stringContaining('JSON') },
    ]);
  });
});

describe('thinking', () => {
  test('the budget lies below maxTokens, which grows for it; sampling goes and is named', () => {
    const { body, dropped } = encode(
      {},
      { reasoning: { budget: 4000, shown: null }, maxTokens: 1000, temperature: 0.5, topP: 0.9, topK: 5 },
      SONNET_4,
    );
    expect(body.inferenceConfig).toEqual({ maxTokens: 5000 });
    expect(body.additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 4000 } });
    expect(dropped).toEqual(['temperature', 'topP', 'topK']);
  });

  test('Claude that takes both thinks by the budget that the caller gives, else adaptively', () => {
    const model = 'us.anthropic.claude-opus-4-6-v1';
    const thinking = (reasoning: Parameters['reasoning']) =>
      encode({}, reasoning ? { reasoning } : {}, model).body.additionalModelRequestFields;
    expect(thinking({ budget: 2000, shown: false })).toEqual({
      thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' },
    });
    expect(thinking({ effort: 'xhigh', shown: true })).toEqual({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'max' },
    });
  });

  test('an effort is a share of the longest answer', () => {
    const { body } = encode({}, { reasoning: { effort: 'low', shown: null } });
    expect(body.additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 6400 } });
  });

  test.each([
    [1024, 1025, 1025, 1024],
    [1024, 1024, 2048, 1024],
    [1, 100, 1124, 1024],
    [30_000, 40_000, 40_000, 30_000],
  ])('a budget of %i with %i for all becomes %i and %i', (budget, maxTokens, all, thinks) => {
    const { body, dropped } = encode({}, { reasoning: { budget, shown: null }, maxTokens });
    expect(body.inferenceConfig).toEqual({ maxTokens: all });
    expect(body.additionalModelRequestFields).toEqual({
      thinking: { type: 'enabled', budget_tokens: thinks },
    });
    expect(dropped).toEqual([]);
  });

  test('a budget that leaves no answer is shrunk', () => {
    const { body } = encode({}, { reasoning: { budget: 90_000, shown: null }, maxTokens: 2000 });
    expect(body.inferenceConfig).toEqual({ maxTokens: 64_000 });
    expect(body.additionalModelRequestFields).toMatchObject({ thinking: { budget_tokens: 62_976 } });
  });

  test('effort none says nothing to Claude that thinks only when asked', () => {
    const { body, dropped } = encode({}, { reasoning: { effort: 'none', shown: null } });
    expect(body.additionalModelRequestFields).toBeUndefined();
    expect(dropped).toEqual([]);
  });

  test('a forced tool excludes it', () => {
    const { body, dropped } = encode(
      { tools: [look] },
      { reasoning: { effort: 'high', shown: null }, toolChoice: { kind: 'required' } },
    );
    expect(body.additionalModelRequestFields).toBeUndefined();
    expect(dropped).toEqual(['reasoning']);
  });

  const signed: AssistantBlock = {
    kind: 'reasoning',
    text: 'hm',
    proof: { family: 'anthropic', kind: 'signature', value: 'sig' },
  };
  const redacted: AssistantBlock = {
    kind: 'reasoning',
    text: '',
    proof: { family: 'anthropic', kind: 'redacted', value: 'data' },
  };
  const foreign: AssistantBlock = {
    kind: 'reasoning',
    text: 'hm',
    proof: { family: 'google', kind: 'signature', value: 'g' },
  };
  const conversation = (...thoughts: AssistantBlock[]) => [
    user('go'),
    assistant(...thoughts, call('a')),
    user(result('a')),
  ];

  test('its own proofs go back unchanged', () => {
    const { body } = encode(
      { messages: conversation(signed, redacted), tools: [look] },
      { reasoning: { budget: 2000, shown: null } },
    );
    expect(body.messages).toMatchObject([
      {},
      {
        content: [
          { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
          { reasoningContent: { redactedContent: Buffer.from('data').toString('base64') } },
          { toolUse: {} },
        ],
      },
      {},
    ]);
  });

  test('proofs of others are left out, and a conversation without its own cannot go on thinking', () => {
    const { body, dropped } = encode(
      { messages: conversation(foreign), tools: [look] },
      { reasoning: { budget: 2000, shown: null } },
    );
    expect(JSON.stringify(body)).not.toContain('reasoningContent');
    expect(body.additionalModelRequestFields).toBeUndefined();
    expect(dropped).toEqual(['reasoning']);
  });

  test('other models get none back', () => {
    const { body } = encode({ messages: conversation(signed), tools: [look] }, {}, NOVA_PRO);
    expect(JSON.stringify(body)).not.toContain('reasoningContent');
  });

  test('Nova 2 and GPT-OSS have their own words', () => {
    const reasoning = { effort: 'minimal', shown: null } as const;
    expect(encode({}, { reasoning }, 'us.amazon.nova-2-lite-v1:0').body.additionalModelRequestFields).toEqual(
      {
        reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
      },
    );
    expect(encode({}, { reasoning }, 'openai.gpt-oss-20b-1:0').body.additionalModelRequestFields).toEqual({
      reasoning_effort: 'low',
    });
  });
});

describe('cache points', () => {
  const messages: Message[] = [
    { role: 'system', content: [{ kind: 'text', text: 'Long.', cache: { lifetime: '1h' } }] },
    user({ kind: 'text', text: 'Hi', cache: { lifetime: null } }),
  ];
  const tools: Tool[] = [{ ...look, cache: { lifetime: '5m' } } as Tool];

  test('stand behind what is to be cached', () => {
    expect(encode({ messages, tools }).body).toMatchObject({
      system: [{ text: 'Long.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [{ content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
      toolConfig: { tools: [{ toolSpec: {} }, { cachePoint: { type: 'default' } }] },
    });
  });

  test('are left out, and named, where the model has none', () => {
    const nova = encode({ messages, tools }, {}, NOVA_PRO);
    expect(JSON.stringify(nova.body.toolConfig)).not.toContain('cachePoint');
    expect(JSON.stringify(nova.body.messages)).toContain('cachePoint');
    expect(nova.dropped).toEqual(['cache_control']);
    expect(JSON.stringify(encode({ messages, tools }, {}, LLAMA_3).body)).not.toContain('cachePoint');
  });
});

describe('parameters', () => {
  const rows: { [Name in keyof Required<Parameters>]: Required<Parameters>[Name] } = {
    maxTokens: 100,
    temperature: 1.5,
    topP: 0.5,
    topK: 7,
    stop: ['END', ' '],
    seed: 1,
    frequencyPenalty: 1,
    presencePenalty: 1,
    logitBias: { 1: 1 },
    candidates: 2,
    logprobs: 0,
    toolChoice: { kind: 'required' },
    parallelToolCalls: false,
    outputFormat: { kind: 'json' },
    reasoning: { effort: 'low', shown: null },
    verbosity: 'low',
    modalities: ['audio'],
    audioOutput: {},
    prediction: {},
    user: 'u-1',
    metadata: { team: 'a' },
    store: true,
    serviceTier: 'priority',
    promptCacheKey: 'k',
    promptCacheRetention: '24h',
    truncation: 'auto',
    maxToolCalls: 1,
  };
  const written: Partial<Record<keyof Parameters, unknown>> = {
    maxTokens: { inferenceConfig: { maxTokens: 100 } },
    temperature: { inferenceConfig: { temperature: 1 } },
    topP: { inferenceConfig: { topP: 0.5 } },
    topK: { additionalModelRequestFields: { top_k: 7 } },
    stop: {
      inferenceConfig: { stopSequences: ['END'] },
      additionalModelResponseFieldPaths: ['/stop_sequence', '/delta/stop_sequence'],
    },
    toolChoice: { toolConfig: { toolChoice: { any: {} } } },
    parallelToolCalls: {
      additionalModelRequestFields: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    },
    outputFormat: { system: [{ text: expect.any(String) }] },
    reasoning: { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 6400 } } },
    user: { requestMetadata: { user: 'u-1' } },
    metadata: { requestMetadata: { team: 'a' } },
    serviceTier: { serviceTier: { type: 'priority' } },
  };

  test.each(Object.entries(rows))('%s is kept, left out or refused as the table says', (name, value) => {
    const rule = CONVERSE_PARAMETERS[name as keyof Parameters];
    const given = { [name]: value } as Parameters;
    if (rule === 'refuse') {
      expect(refusal({ tools: [look] }, given).message).toContain(`"${name}"`);
      return;
    }
    const { body, dropped } = encode({ tools: [look] }, given);
    const own = dropped.filter((it) => it === name);
    if (rule === 'keep') expect(body).toMatchObject(written[name as keyof Parameters] ?? {});
    expect(own).toEqual(rule === 'drop' || name === 'stop' ? [name] : []);
    expect(rule === 'keep').toBe(written[name as keyof Parameters] !== undefined);
  });

  test('Claude that takes no sampling gets none, and Claude that takes one of two gets temperature', () => {
    const both = { temperature: 0.5, topP: 0.5 };
    expect(encode({}, both, OPUS_5)).toMatchObject({ dropped: ['temperature', 'topP'] });
    expect(encode({}, both)).toMatchObject({
      body: { inferenceConfig: { temperature: 0.5 } },
      dropped: ['topP'],
    });
    expect(encode({}, both, SONNET_4).body.inferenceConfig).toEqual(both);
  });

  test('Nova has its own place for topK, Llama has none', () => {
    expect(encode({}, { topK: 3 }, NOVA_PRO).body.additionalModelRequestFields).toEqual({
      inferenceConfig: { topK: 3 },
    });
    expect(encode({}, { topK: 3 }, LLAMA_3).dropped).toEqual(['topK']);
  });

  test('metadata that Bedrock would refuse is left out', () => {
    const { body, dropped } = encode({}, { user: 'a|b', metadata: { ok: '1', bad: 'ü' } });
    expect(body.requestMetadata).toEqual({ ok: '1' });
    expect(dropped).toEqual(['metadata', 'user']);
  });

  test('unknown tiers are named, "auto" says nothing', () => {
    expect(encode({}, { serviceTier: 'auto' })).toMatchObject({ dropped: [] });
    expect(encode({}, { serviceTier: 'scale' })).toMatchObject({ dropped: ['serviceTier'] });
  });

  test('fields that nobody knows are named', () => {
    expect(encode({ unknown: { foo: 1 } }).dropped).toEqual(['foo']);
  });
});
