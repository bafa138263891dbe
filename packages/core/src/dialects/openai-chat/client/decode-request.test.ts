import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { decodeRequest } from './decode-request.ts';

const hello = [{ role: 'user', content: 'Hello' }];

function read(body: Json): ModelRequest {
  const request = decodeRequest({ model: 'm', messages: hello, ...body });
  if (isFault(request)) throw new Error(`${request.path.join('.')}: ${request.message}`);
  return request;
}

const refused = (body: Json) => {
  const request = decodeRequest({ model: 'm', messages: hello, ...body });
  return isFault(request) ? { path: request.path.join('.'), message: request.message } : 'no fault';
};

const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } };
const call = (id: string, name = 'weather', args: unknown = '{"city":"Rome"}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('the messages of a chat request', () => {
  test('system and developer are one role, in their place', () => {
    const messages = [
      { role: 'system', content: 'A' },
      { role: 'developer', content: [{ type: 'text', text: 'B' }] },
      { role: 'user', content: 'C' },
      { role: 'system', content: 'D' },
    ];
    expect(read({ messages }).messages).toEqual([
      { role: 'system', content: [{ kind: 'text', text: 'A' }] },
      { role: 'system', content: [{ kind: 'text', text: 'B' }] },
      { role: 'user', content: [{ kind: 'text', text: 'C' }] },
      { role: 'system', content: [{ kind: 'text', text: 'D' }] },
    ]);
  });

  test('a user may send text, pictures, sound and files', () => {
    const content = [
      { type: 'text', text: 'Look', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
      { type: 'image_url', image_url: 'https://example.com/a.png' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' } },
      { type: 'file', file: { file_id: 'file-1' } },
    ];
    expect(read({ messages: [{ role: 'user', content }] }).messages[0]?.content).toEqual([
      { kind: 'text', text: 'Look', cache: { lifetime: '1h' } },
      {
        kind: 'image',
        source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
        detail: 'low',
      },
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
      { kind: 'audio', source: { kind: 'data', mediaType: 'audio/mpeg', data: 'AAAA' } },
      {
        kind: 'file',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' },
        name: 'a.pdf',
      },
      { kind: 'file', source: { kind: 'file-id', id: 'file-1', dialect: 'openai-chat' } },
    ]);
  });

  test('an assistant turn is thoughts, words, pictures and calls, in that order', () => {
    const assistant = {
      role: 'assistant',
      content: 'Let me see.',
      reasoning_content: 'Hm.',
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
      tool_calls: [
        call('a'),
        { id: 'b', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
        { ...call('c', 'weather', ''), extra_content: { google: { thought_signature: 'sig' } } },
      ],
      refusal: null,
      annotations: [],
    };
    expect(read({ messages: [...hello, assistant] }).messages[1]).toEqual({
      role: 'assistant',
      content: [
        { kind: 'reasoning', text: 'Hm.' },
        { kind: 'text', text: 'Let me see.' },
        { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
        { kind: 'tool-call', id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
        { kind: 'tool-call', id: 'b', name: 'sql', arguments: 'select 1', custom: true },
        {
          kind: 'tool-call',
          id: 'c',
          name: 'weather',
          arguments: '{}',
          proof: { family: 'google', kind: 'signature', value: 'sig' },
        },
      ],
    });
  });

  test('words of refusal come back as their own block, from either place', () => {
    const messages = [
      ...hello,
      { role: 'assistant', content: null, refusal: 'No.' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'Never.' }] },
      { role: 'assistant', content: null, audio: { id: 'audio_1' } },
    ];
    expect(read({ messages }).messages.slice(1)).toEqual([
      { role: 'assistant', content: [{ kind: 'refusal', text: 'No.' }] },
      { role: 'assistant', content: [{ kind: 'refusal', text: 'Never.' }] },
      {
        role: 'assistant',
        content: [{ kind: 'audio', source: { kind: 'file-id', id: 'audio_1', dialect: 'openai-chat' } }],
      },
    ]);
  });

  test.each([[''], ['null'], [null], ['  ']])('a call with the arguments %p has the empty object', (args) => {
    const assistant = { role: 'assistant', tool_calls: [call('a', 'weather', args)] };
    expect(read({ messages: [...hello, assistant] }).messages[1]?.content).toMatchObject([
      { arguments: '{}' },
    ]);
  });

  test('results that stand together are one user turn', () => {
    const messages = [
      ...hello,
      { role: 'assistant', content: '', tool_calls: [call('a'), call('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'Sun' },
      { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'Rain' }], name: 'weather' },
      { role: 'user', content: 'And?' },
    ];
    expect(read({ messages }).messages.slice(2)).toEqual([
      {
        role: 'user',
        content: [
          {
            kind: 'tool-result',
            callId: 'a',
            content: [{ kind: 'text', text: 'Sun' }],
            isError: false,
          },
          {
            kind: 'tool-result',
            callId: 'b',
            name: 'weather',
            content: [{ kind: 'text', text: 'Rain' }],
            isError: false,
          },
        ],
      },
      { role: 'user', content: [{ kind: 'text', text: 'And?' }] },
    ]);
  });

  test('pictures in a result are kept, though OpenAI itself takes none there', () => {
    const content = [
      { type: 'text', text: 'The screen' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    ];
    const messages = [
      ...hello,
      { role: 'assistant', tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content },
    ];
    expect(read({ messages }).messages[2]?.content).toMatchObject([
      { kind: 'tool-result', content: [{ kind: 'text' }, { kind: 'image', source: { kind: 'data' } }] },
    ]);
  });

  test('the old function_call and its function message are a call and its result', () => {
    const request = read({
      functions: [{ name: 'weather', parameters: { type: 'object' } }],
      function_call: { name: 'weather' },
      messages: [
        ...hello,
        { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{}' } },
        { role: 'function', name: 'weather', content: 'Sun' },
      ],
    });
    const [, assistant, result] = request.messages;
    expect(assistant?.content).toMatchObject([{ kind: 'tool-call', name: 'weather' }]);
    const [made] = assistant?.content ?? [];
    const id = made?.kind === 'tool-call' ? made.id : '';
    expect(result?.content).toMatchObject([{ kind: 'tool-result', callId: id, name: 'weather' }]);
    expect(request.parameters.toolChoice).toEqual({ kind: 'tool', name: 'weather' });
    expect(request.parameters.parallelToolCalls).toBe(false);
  });

  test('what says nothing is left out, for other formats refuse empty texts', () => {
    const messages = [
      { role: 'system', content: '' },
      { role: 'user', content: [{ type: 'text', text: '' }] },
      { role: 'assistant', content: '', refusal: '', tool_calls: null },
    ];
    expect(read({ messages }).messages.map(({ content }) => content)).toEqual([[], [], []]);
  });

  test('fields that no other format has are named, not lost in silence', () => {
    const messages = [{ role: 'user', content: 'Hi', name: 'Ann' }];
    expect(read({ messages, extra: 1, nothing: null }).unknown).toEqual({
      'messages[].name': 'Ann',
      extra: 1,
    });
  });
});

describe('proofs that a chat client sends back', () => {
  test("our own details become their provider's proof again", () => {
    const reasoning_details = [
      {
        type: 'reasoning.text',
        text: 'Hm.',
        signature: 'sig',
        format: 'anthropic-claude-v1',
        id: 'weir:signature:',
      },
      { type: 'reasoning.encrypted', data: 'xyz', format: 'anthropic-claude-v1', id: 'weir:redacted:' },
      { type: 'reasoning.encrypted', data: 'enc', format: 'openai-responses-v1', id: 'weir:encrypted:rs_1' },
    ];
    const assistant = { role: 'assistant', content: 'A', reasoning_content: 'Hm.', reasoning_details };
    expect(read({ messages: [...hello, assistant] }).messages[1]?.content).toEqual([
      { kind: 'reasoning', text: 'Hm.', proof: { family: 'anthropic', kind: 'signature', value: 'sig' } },
      { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: 'xyz' } },
      {
        kind: 'reasoning',
        text: '',
        proof: { family: 'openai', kind: 'encrypted', value: 'enc', id: 'rs_1' },
      },
      { kind: 'text', text: 'A' },
    ]);
  });

  test("OpenRouter's details stay one list, unchanged", () => {
    const reasoning_details = [
      { type: 'reasoning.text', text: 'Hm.', signature: 's', format: 'anthropic-claude-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'd', index: 1 },
    ];
    const assistant = { role: 'assistant', content: 'A', reasoning: 'Hm.', reasoning_details };
    expect(read({ messages: [...hello, assistant] }).messages[1]?.content[0]).toEqual({
      kind: 'reasoning',
      text: 'Hm.',
      proof: { family: 'openrouter', kind: 'encrypted', value: JSON.stringify(reasoning_details) },
    });
  });
});

describe('the tools of a chat request', () => {
  test('functions, custom tools and the search of the web are read', () => {
    const { tools } = read({
      tools: [
        {
          type: 'function',
          function: { name: 'a', description: 'A', parameters: { type: 'object' }, strict: true },
          cache_control: { type: 'ephemeral' },
        },
        { type: 'function', function: { name: 'b' } },
        { type: 'custom', custom: { name: 'c', format: { type: 'text' } } },
      ],
      web_search_options: { search_context_size: 'low' },
    });
    expect(tools).toEqual([
      {
        kind: 'function',
        name: 'a',
        description: 'A',
        schema: { type: 'object' },
        strict: true,
        cache: { lifetime: null },
      },
      { kind: 'function', name: 'b', schema: null, strict: null },
      { kind: 'custom', name: 'c', format: { type: 'text' } },
      { kind: 'web-search', dialect: 'openai-chat', options: { search_context_size: 'low' } },
    ]);
  });

  const custom = { type: 'custom', custom: { name: 'sql' } };
  test.each([
    ['auto', { kind: 'auto' }],
    ['none', { kind: 'none' }],
    ['required', { kind: 'required' }],
    [
      { type: 'function', function: { name: 'weather' } },
      { kind: 'tool', name: 'weather' },
    ],
    [
      { type: 'custom', custom: { name: 'sql' } },
      { kind: 'tool', name: 'sql' },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'weather' } }] },
      },
      { kind: 'allowed', mode: 'required', names: ['weather'] },
    ],
  ])('the choice %j is read', (tool_choice, expected) => {
    const { parameters } = read({ tools: [weather, custom], tool_choice, parallel_tool_calls: false });
    expect(parameters.toolChoice).toEqual(expected);
    expect(parameters.parallelToolCalls).toBe(false);
  });

  test('without tools a choice and parallel calls say nothing', () => {
    expect(read({ tool_choice: 'auto', parallel_tool_calls: false }).parameters).toEqual({});
    expect(read({ tools: [], tool_choice: 'none' }).parameters).toEqual({});
  });
});

describe('the parameters of a chat request', () => {
  test.each<[body: Json, parameters: object]>([
    [{ max_tokens: 5 }, { maxTokens: 5 }],
    [{ max_completion_tokens: 6 }, { maxTokens: 6 }],
    [
      { temperature: 0, top_p: 0.5, top_k: 3, seed: 7 },
      { temperature: 0, topP: 0.5, topK: 3, seed: 7 },
    ],
    [{ stop: 'a' }, { stop: ['a'] }],
    [{ stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    [{ stop: [] }, {}],
    [
      { frequency_penalty: 1, presence_penalty: -1 },
      { frequencyPenalty: 1, presencePenalty: -1 },
    ],
    [{ logit_bias: { 5: 1 } }, { logitBias: { 5: 1 } }],
    [{ n: 1, logprobs: false, modalities: ['text'], response_format: { type: 'text' } }, {}],
    [{ n: 2 }, { candidates: 2 }],
    [{ logprobs: true }, { logprobs: 0 }],
    [{ logprobs: true, top_logprobs: 3 }, { logprobs: 3 }],
    [{ response_format: { type: 'json_object' } }, { outputFormat: { kind: 'json' } }],
    [
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'a', description: 'A', schema: { type: 'object' }, strict: true },
        },
      },
      {
        outputFormat: {
          kind: 'json-schema',
          name: 'a',
          description: 'A',
          schema: { type: 'object' },
          strict: true,
        },
      },
    ],
    [{ reasoning_effort: 'high' }, { reasoning: { effort: 'high', shown: null } }],
    [{ reasoning: { max_tokens: 2000, exclude: true } }, { reasoning: { budget: 2000, shown: false } }],
    [{ reasoning: { enabled: false } }, { reasoning: { effort: 'none', shown: null } }],
    [{ verbosity: 'low' }, { verbosity: 'low' }],
    [
      { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
      { modalities: ['text', 'audio'], audioOutput: { voice: 'alloy', format: 'wav' } },
    ],
    [{ prediction: { type: 'content', content: 'x' } }, { prediction: { type: 'content', content: 'x' } }],
    [{ user: 'u' }, { user: 'u' }],
    [{ safety_identifier: 's' }, { user: 's' }],
    [
      { metadata: { a: 'b' }, store: false, service_tier: 'flex' },
      { metadata: { a: 'b' }, store: false, serviceTier: 'flex' },
    ],
    [
      { prompt_cache_key: 'k', prompt_cache_retention: '24h' },
      { promptCacheKey: 'k', promptCacheRetention: '24h' },
    ],
    [{ temperature: null, stop: null, n: null, response_format: null, metadata: {} }, {}],
  ])('%j', (body, parameters) => {
    const request = read(body);
    expect(request.parameters).toEqual(parameters);
    expect(request.unknown).toEqual({});
  });

  test("are called what the client called them; a parameter's second name is told as left out", () => {
    const request = read({
      max_completion_tokens: 6,
      max_tokens: 5,
      user: 'u',
      n: 2,
      reasoning_effort: 'low',
    });
    expect(request.parameters).toMatchObject({ maxTokens: 6, user: 'u' });
    expect(request.source.names).toEqual({
      maxTokens: 'max_completion_tokens',
      user: 'user',
      candidates: 'n',
      reasoning: 'reasoning_effort',
    });
    expect(request.unknown).toEqual({ max_tokens: 5 });
  });

  test('usage in a stream is given only when asked for', () => {
    expect(read({ stream: true })).toMatchObject({ stream: true, includeUsage: false });
    expect(read({ stream: true, stream_options: { include_usage: true } })).toMatchObject({
      stream: true,
      includeUsage: true,
    });
    expect(read({ stream_options: { include_obfuscation: false } }).unknown).toEqual({});
  });
});

describe('a chat request that is wrong', () => {
  const user = (part: unknown) => ({ messages: [{ role: 'user', content: [part] }] });
  const assistant = (message: Json) => ({ messages: [...hello, { role: 'assistant', ...message }] });
  test.each<[body: Json, path: string, words: RegExp]>([
    [{ messages: undefined }, 'messages', /missing/],
    [{ messages: 'hi' }, 'messages', /a list, not a string/],
    [{ messages: [] }, 'messages', /at least one/],
    [{ messages: [7] }, 'messages.0', /an object, not a number/],
    [{ messages: [{ role: 'robot', content: '' }] }, 'messages.0.role', /"robot"/],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content', /missing/],
    [{ messages: [{ role: 'user', content: null }] }, 'messages.0.content', /missing/],
    [{ messages: [{ role: 'system', content: 5 }] }, 'messages.0.content', /a list, not a number/],
    [user({ type: 'video_url' }), 'messages.0.content.0.type', /"video_url"/],
    [user({ text: 'x' }), 'messages.0.content.0.type', /missing/],
    [user({ type: 'text', text: 5 }), 'messages.0.content.0.text', /a string, not a number/],
    [user({ type: 'image_url' }), 'messages.0.content.0.image_url', /missing/],
    [user({ type: 'image_url', image_url: { url: 5 } }), 'messages.0.content.0.image_url.url', /a string/],
    [
      user({ type: 'image_url', image_url: { url: 'data:image/png,abc' } }),
      'messages.0.content.0.image_url.url',
      /base64/,
    ],
    [user({ type: 'image_url', image_url: { url: 'a.png' } }), 'messages.0.content.0.image_url.url', /URL/],
    [user({ type: 'input_audio', input_audio: {} }), 'messages.0.content.0.input_audio.format', /missing/],
    [user({ type: 'file', file: {} }), 'messages.0.content.0.file.file_data', /missing/],
    [
      user({ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '2h' } }),
      'messages.0.content.0.cache_control.ttl',
      /"2h"/,
    ],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.tool_call_id', /missing/],
    [{ messages: [{ role: 'tool', tool_call_id: 'x', content: 'x' }] }, 'messages.0.tool_call_id', /"x"/],
    [{ messages: [{ role: 'function', name: 'x', content: 'x' }] }, 'messages.0.name', /"x"/],
    [assistant({ tool_calls: {} }), 'messages.1.tool_calls', /a list/],
    [assistant({ tool_calls: [{ function: {} }] }), 'messages.1.tool_calls.0.id', /missing/],
    [assistant({ tool_calls: [call('')] }), 'messages.1.tool_calls.0.id', /empty/],
    [assistant({ tool_calls: [{ id: 'a', type: 'x' }] }), 'messages.1.tool_calls.0.type', /"x"/],
    [
      assistant({ tool_calls: [call('a', 'f', '{"a":')] }),
      'messages.1.tool_calls.0.function.arguments',
      /JSON/,
    ],
    [
      assistant({ tool_calls: [call('a', 'f', { a: 1 })] }),
      'messages.1.tool_calls.0.function.arguments',
      /a string, not an object/,
    ],
    [assistant({ content: [{ type: 'image_url' }] }), 'messages.1.content.0.type', /"image_url"/],
    [assistant({ reasoning_details: 'x' }), 'messages.1.reasoning_details', /a list/],
    [{ tools: {} }, 'tools', /a list/],
    [{ tools: [{ type: 'code_interpreter' }] }, 'tools.0.type', /"code_interpreter"/],
    [{ tools: [{ type: 'function' }] }, 'tools.0.function', /missing/],
    [{ tools: [{ type: 'function', function: { name: '' } }] }, 'tools.0.function.name', /empty/],
    [
      { tools: [{ type: 'function', function: { name: 'a', parameters: [] } }] },
      'tools.0.function.parameters',
      /an object, not a list/,
    ],
    [{ tools: [weather], tool_choice: 'any' }, 'tool_choice', /"any"/],
    [{ tool_choice: 'required' }, 'tool_choice', /"tools"/],
    [{ tools: [weather], tool_choice: { type: 'function', function: { name: 'x' } } }, 'tool_choice', /"x"/],
    [{ temperature: 'warm' }, 'temperature', /a number, not a string/],
    [{ temperature: Number.NaN }, 'temperature', /a number/],
    [{ max_tokens: 0 }, 'max_tokens', /at least 1/],
    [{ max_tokens: 1.5 }, 'max_tokens', /whole/],
    [{ n: 0 }, 'n', /at least 1/],
    [{ stop: [1] }, 'stop.0', /a string/],
    [{ top_logprobs: 3 }, 'top_logprobs', /"logprobs"/],
    [{ response_format: 'json' }, 'response_format', /an object/],
    [{ response_format: { type: 'xml' } }, 'response_format.type', /"xml"/],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', /missing/],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort', /"huge"/],
    [{ metadata: { a: 1 } }, 'metadata.a', /a string/],
    [{ stream: 'yes' }, 'stream', /true or false/],
    [{ stream_options: { include_usage: 1 } }, 'stream_options.include_usage', /true or false/],
  ])('%j is refused with its place', (body, path, words) => {
    expect(refused(body)).toEqual({ path, message: expect.stringMatching(words) });
  });
});

test('a picture of five megabytes and a schema of a hundred levels do no harm', () => {
  let schema: Json = { type: 'string' };
  for (let depth = 0; depth < 100; depth += 1) schema = { type: 'object', properties: { a: schema } };
  const url = `data:image/png;base64,${'A'.repeat(5_000_000)}`;
  const { tools, messages } = read({
    tools: [{ type: 'function', function: { name: 'deep', parameters: schema } }],
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  });
  expect(tools[0]).toMatchObject({ name: 'deep', schema });
  expect(messages[0]?.content[0]).toMatchObject({ kind: 'image', source: { kind: 'data' } });
});

test('whatever stands in any field, the answer is a request or a fault, never an exception', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('user', 'assistant', 'tool', 'text', 'function', 'auto', 'json_schema'),
  );
  const object = (keys: string[]) => fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 5 });
  const content = fc.oneof(
    odd,
    fc.array(object(['type', 'text', 'image_url', 'file', 'input_audio', 'refusal', 'cache_control'])),
  );
  const message = fc
    .tuple(
      fc.constantFrom('system', 'user', 'assistant', 'tool', 'function', 'developer'),
      content,
      object([
        'tool_calls',
        'refusal',
        'name',
        'tool_call_id',
        'audio',
        'function_call',
        'reasoning_details',
      ]),
    )
    .map(([role, said, rest]) => ({ role, content: said, ...rest }));
  const body = fc
    .tuple(
      fc.oneof(fc.array(message), odd),
      object([
        'tools',
        'tool_choice',
        'functions',
        'response_format',
        'stop',
        'n',
        'stream_options',
        'metadata',
        'reasoning',
        '__proto__',
      ]),
    )
    .map(([messages, rest]) => ({ ...rest, messages }));
  fc.assert(
    fc.property(body, (given) => {
      const request = decodeRequest(given);
      expect(isFault(request) || Array.isArray(request.messages)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
