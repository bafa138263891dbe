import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import { isJson, type Json } from '../../../form/json.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { hasRecorded, recordedRequests } from '../../../providers/__fixtures__/recorded.ts';
import { targetOf } from '../../__fixtures__/exchange.ts';
import { packProof } from '../packed-proof.ts';
import { openaiResponses } from '../provider/index.ts';
import { openaiResponsesClient } from './index.ts';

const { decodeRequest } = openaiResponsesClient;

function read(body: Json): ModelRequest {
  const request = decodeRequest({ model: 'm', input: 'Hi', ...body });
  if (isFault(request)) throw new Error(`${request.path.join('.')}: ${request.message}`);
  return request;
}

const refused = (body: Json) => {
  const request = decodeRequest({ model: 'm', input: 'Hi', ...body });
  if (!isFault(request)) throw new Error('It was read.');
  return request;
};

const messagesOf = (...input: readonly unknown[]) => read({ input }).messages;
const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'look', arguments: '{}' });
const result = (id: string, output: unknown = 'found') => ({
  type: 'function_call_output',
  call_id: id,
  output,
});

describe('a conversation', () => {
  test('a text is one user’s message, after the instructions', () => {
    expect(read({ instructions: 'Be brief.' }).messages).toEqual([
      { role: 'system', content: [{ kind: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ kind: 'text', text: 'Hi' }] },
    ]);
  });

  test('messages may leave their type out; developers are the system', () => {
    expect(
      messagesOf(
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { type: 'message', role: 'assistant', content: 'Hello' },
        { role: 'system', content: [{ type: 'input_text', text: 'Now in French.' }] },
      ).map(({ role }) => role),
    ).toEqual(['system', 'user', 'assistant', 'system']);
  });

  test('items of one assistant’s turn are one message, results one turn of the user', () => {
    expect(
      messagesOf(
        { role: 'user', content: 'Hi' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: 'e',
        },
        {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          content: [
            { type: 'output_text', text: 'A' },
            { type: 'refusal', refusal: 'B' },
          ],
        },
        call('a'),
        { type: 'custom_tool_call', call_id: 'b', name: 'grep', input: 'text' },
        result('a'),
        { type: 'custom_tool_call_output', call_id: 'b', output: 'none' },
        { role: 'user', content: 'And?' },
      ),
    ).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { kind: 'reasoning', text: 'Hm.', proof: { family: 'openai', value: 'e', id: 'rs_1' } },
          { kind: 'text', text: 'A' },
          { kind: 'refusal', text: 'B' },
          { kind: 'tool-call', id: 'a', arguments: '{}' },
          { kind: 'tool-call', id: 'b', arguments: 'text', custom: true },
        ],
      },
      {
        role: 'user',
        content: [
          { kind: 'tool-result', callId: 'a', content: [{ text: 'found' }] },
          { kind: 'tool-result', callId: 'b', content: [{ text: 'none' }] },
        ],
      },
      { role: 'user', content: [{ text: 'And?' }] },
    ]);
  });

  test('empty messages say nothing', () => {
    expect(
      messagesOf(
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '' },
        { role: 'user', content: [] },
      ),
    ).toHaveLength(1);
    expect(refused({ input: [] }).path).toEqual(['input']);
    expect(refused({ input: '' }).path).toEqual(['input']);
    expect(refused({ input: undefined }).path).toEqual(['input']);
  });

  test('images, files and sound, by bytes, address or id', () => {
    const content = [
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      { type: 'input_image', image_url: 'https://a/b.png', detail: 'auto' },
      { type: 'input_image', file_id: 'file_1' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' },
      { type: 'input_file', file_data: 'AAAA', filename: 'a.pdf' },
      { type: 'input_file', file_url: 'https://a/b.pdf' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
    ];
    expect(messagesOf({ role: 'user', content })).toEqual([
      {
        role: 'user',
        content: [
          { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' }, detail: 'low' },
          { kind: 'image', source: { kind: 'url', url: 'https://a/b.png' } },
          { kind: 'image', source: { kind: 'file-id', id: 'file_1', dialect: 'openai-responses' } },
          {
            kind: 'file',
            source: { kind: 'data', mediaType: 'application/pdf', data: 'AAAA' },
            name: 'a.pdf',
          },
          {
            kind: 'file',
            source: { kind: 'data', mediaType: 'application/pdf', data: 'AAAA' },
            name: 'a.pdf',
          },
          { kind: 'file', source: { kind: 'url', url: 'https://a/b.pdf' } },
          { kind: 'audio', source: { kind: 'data', mediaType: 'audio/mpeg', data: 'AAAA' } },
        ],
      },
    ]);
  });

  test('a result may hold an image', () => {
    const output = [
      { type: 'input_text', text: 'see' },
      { type: 'input_image', image_url: 'https://a/b.png' },
    ];
    expect(messagesOf(call('a'), result('a', output))[1]).toMatchObject({
      content: [{ kind: 'tool-result', content: [{ kind: 'text' }, { kind: 'image' }] }],
    });
  });

  test('what OpenAI’s own tools did goes back to it alone', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    expect(messagesOf(search, { type: 'computer_call_output', call_id: 'x', output: {} })).toEqual([
      { role: 'assistant', content: [{ kind: 'opaque', dialect: 'openai-responses', value: search }] },
      { role: 'user', content: [expect.objectContaining({ kind: 'opaque' })] },
    ]);
  });
});

describe('proofs of others', () => {
  const proof = { family: 'anthropic', kind: 'signature', value: 'sig' } as const;
  const reasoning = (members: Json) => ({ type: 'reasoning', id: 'rs_1', summary: [], ...members });

  test('what this gateway packed is unpacked, with the text that it signs', () => {
    const encrypted_content = packProof({ proof, text: 'Hm.' });
    expect(messagesOf(reasoning({ encrypted_content }))).toEqual([
      { role: 'assistant', content: [{ kind: 'reasoning', text: 'Hm.', proof }] },
    ]);
  });

  test('the proof of a call finds its call (bug 33)', () => {
    const google = { family: 'google', kind: 'signature', value: 'thought' } as const;
    const encrypted_content = packProof({ proof: google, text: '', callId: 'a' });
    expect(messagesOf(reasoning({ encrypted_content }), call('a'), call('b'))).toMatchObject([
      { content: [{ id: 'a', proof: google }, { id: 'b' }] },
    ]);
  });

  test('a packed proof that was changed is named', () => {
    const path = ['input', '0', 'encrypted_content'];
    expect(refused({ input: [reasoning({ encrypted_content: 'weir1.%%%' })] })).toMatchObject({ path });
    const packed = packProof({ proof, text: 'Hm.' });
    expect(refused({ input: [reasoning({ encrypted_content: packed.slice(0, -9) })] })).toMatchObject({
      path,
    });
  });

  test('reasoning that is only an id of something stored says nothing', () => {
    expect(messagesOf({ role: 'user', content: 'Hi' }, reasoning({}))).toHaveLength(1);
  });
});

describe('tools', () => {
  test('functions, free text, searches, and what runs at OpenAI', () => {
    const { tools } = read({
      tools: [
        { type: 'function', name: 'a', parameters: { type: 'object' }, description: 'd' },
        { type: 'function', name: 'b', parameters: null, strict: true },
        { type: 'custom', name: 'c', format: { type: 'text' } },
        { type: 'web_search_preview_2025_03_11', search_context_size: 'low' },
        { type: 'code_interpreter', container: { type: 'auto' } },
      ],
    });
    expect(tools).toEqual([
      { kind: 'function', name: 'a', description: 'd', schema: { type: 'object' }, strict: null },
      { kind: 'function', name: 'b', schema: null, strict: true },
      { kind: 'custom', name: 'c', format: { type: 'text' } },
      {
        kind: 'web-search',
        dialect: 'openai-responses',
        options: { type: 'web_search_preview_2025_03_11', search_context_size: 'low' },
      },
      {
        kind: 'provider',
        dialect: 'openai-responses',
        type: 'code_interpreter',
        options: { type: 'code_interpreter', container: { type: 'auto' } },
      },
    ]);
  });

  const tools = [{ type: 'function', name: 'a', parameters: {} }];
  test.each([
    ['auto', undefined],
    ['none', { kind: 'none' }],
    ['required', { kind: 'required' }],
    [
      { type: 'function', name: 'a' },
      { kind: 'tool', name: 'a' },
    ],
    [
      { type: 'custom', name: 'a' },
      { kind: 'tool', name: 'a' },
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'a' }] },
      { kind: 'allowed', mode: 'required', names: ['a'] },
    ],
  ])('a choice of %j', (tool_choice, expected) => {
    expect(read({ tools, tool_choice }).parameters.toolChoice).toEqual(expected);
  });

  test('a choice says nothing without tools, unless it asks for a call', () => {
    expect(read({ tool_choice: 'none', parallel_tool_calls: false }).parameters).toEqual({});
    expect(refused({ tool_choice: 'required' }).path).toEqual(['tool_choice']);
    expect(read({ tools, parallel_tool_calls: false }).parameters).toEqual({ parallelToolCalls: false });
  });
});

describe('parameters', () => {
  test('each has its place', () => {
    const { parameters, unknown } = read({
      max_output_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'low' },
      reasoning: { effort: 'xhigh', summary: 'detailed' },
      metadata: { a: 'b' },
      store: true,
      user: 'someone',
      service_tier: 'flex',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      truncation: 'auto',
      max_tool_calls: 4,
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    });
    expect(unknown).toEqual({});
    expect(parameters).toEqual({
      maxTokens: 9,
      temperature: 0.5,
      topP: 0.9,
      logprobs: 3,
      outputFormat: { kind: 'json-schema', name: 'n', schema: { type: 'object' }, strict: null },
      verbosity: 'low',
      reasoning: { effort: 'xhigh', shown: true },
      metadata: { a: 'b' },
      store: true,
      user: 'someone',
      serviceTier: 'flex',
      promptCacheKey: 'k',
      promptCacheRetention: '24h',
      truncation: 'auto',
      maxToolCalls: 4,
    });
  });

  test('what says no more than every format’s default is left out', () => {
    const { parameters, unknown } = read({
      temperature: null,
      top_logprobs: 0,
      text: { format: { type: 'text' } },
      reasoning: {},
      store: false,
      service_tier: 'auto',
      truncation: 'disabled',
      background: false,
      previous_response_id: null,
      tools: [],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      stream_options: { include_obfuscation: false },
    });
    expect({ parameters, unknown }).toEqual({ parameters: {}, unknown: {} });
  });

  test('unknown fields are told by name, inside of others too', () => {
    const body = {
      stop: ['x'],
      context_management: [],
      reasoning: { effort: 'low', mode: 'pro' },
      include: ['web_search_call.action.sources', 'reasoning.encrypted_content'],
      provider: 'openai',
    };
    expect(read(body).unknown).toEqual({
      stop: ['x'],
      context_management: [],
      'reasoning.mode': 'pro',
      include: ['web_search_call.action.sources'],
    });
  });

  test('the name of the end user is told under the client’s own word', () => {
    const { parameters, source, unknown } = read({ user: 'old', safety_identifier: 'new' });
    expect(parameters.user).toBe('new');
    expect(source.names.user).toBe('safety_identifier');
    expect(unknown).toEqual({ user: 'old' });
  });
});

describe('what needs stored answers is refused', () => {
  test.each([
    [{ previous_response_id: 'resp_1' }, ['previous_response_id']],
    [{ conversation: 'conv_1' }, ['conversation']],
    [{ prompt: { id: 'pmpt_1' } }, ['prompt']],
    [{ background: true }, ['background']],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, ['input', '0']],
  ])('%j', (body, path) => {
    expect(refused(body)).toMatchObject({ path });
  });

  test('thoughts that are only referred to are left out: the conversation is whole without them', () => {
    const referred = { type: 'item_reference', id: 'rs_1' };
    expect(messagesOf({ role: 'user', content: 'Hi' }, referred, call('a'), result('a'))).toEqual(
      messagesOf({ role: 'user', content: 'Hi' }, call('a'), result('a')),
    );
  });
});

describe('bad input is named with its place', () => {
  test.each<[Json, readonly string[]]>([
    [{ input: 7 }, ['input']],
    [{ input: ['Hi'] }, ['input', '0']],
    [{ input: [{ role: 'tool', content: '' }] }, ['input', '0', 'role']],
    [{ input: [{ role: 'user', content: 7 }] }, ['input', '0', 'content']],
    [
      { input: [{ role: 'user', content: [{ type: 'output_text', text: '' }] }] },
      ['input', '0', 'content', '0', 'type'],
    ],
    [
      { input: [{ role: 'assistant', content: [{ type: 'input_text', text: '' }] }] },
      ['input', '0', 'content', '0', 'type'],
    ],
    [
      { input: [{ role: 'system', content: [{ type: 'input_image', image_url: 'x' }] }] },
      ['input', '0', 'content', '0', 'type'],
    ],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, ['input', '0', 'content', '0']],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:,x' }] }] },
      ['input', '0', 'content', '0', 'image_url'],
    ],
    [{ input: [{ type: 'unheard_of' }] }, ['input', '0', 'type']],
    [
      { input: [{ type: 'function_call', call_id: 'a', name: 'n', arguments: {} }] },
      ['input', '0', 'arguments'],
    ],
    [{ input: [{ type: 'function_call_output', output: '' }] }, ['input', '0', 'call_id']],
    [{ tools: {} }, ['tools']],
    [{ tools: [{ type: 'unheard_of' }] }, ['tools', '0', 'type']],
    [{ tools: [{ type: 'function', name: 7 }] }, ['tools', '0', 'name']],
    [{ tools: [{ type: 'function', name: 'a', parameters: 'x' }] }, ['tools', '0', 'parameters']],
    [{ tool_choice: 'maybe' }, ['tool_choice']],
    [{ tool_choice: { type: 'file_search' } }, ['tool_choice']],
    [{ max_output_tokens: 0 }, ['max_output_tokens']],
    [{ temperature: '1' }, ['temperature']],
    [{ text: 'x' }, ['text']],
    [{ text: { format: { type: 'xml' } } }, ['text', 'format', 'type']],
    [{ reasoning: { effort: 'huge' } }, ['reasoning', 'effort']],
    [{ metadata: { a: 1 } }, ['metadata', 'a']],
    [{ include: [1] }, ['include', '0']],
    [{ stream: 'yes' }, ['stream']],
    [{ instructions: [] }, ['instructions']],
    [{ model: 7 }, ['model']],
  ])('%j', (body, path) => {
    expect(refused(body)).toMatchObject({ path });
  });

  test('a schema of 100 levels and five megabytes of an image are read', () => {
    let parameters: Json = { type: 'object' };
    for (let depth = 0; depth < 100; depth += 1)
      parameters = { type: 'object', properties: { a: parameters } };
    const image_url = `data:image/png;base64,${'A'.repeat(5_000_000)}`;
    const request = read({
      tools: [{ type: 'function', name: 'a', parameters }],
      input: [{ role: 'user', content: [{ type: 'input_image', image_url }] }],
    });
    expect(request.tools).toMatchObject([{ schema: parameters }]);
  });

  test('whatever stands in any place, it is read or named, and never thrown', () => {
    const whole = {
      model: 'm',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: [{ type: 'input_image', image_url: 'https://a', detail: 'low' }] },
        {
          type: 'reasoning',
          id: 'r',
          summary: [{ type: 'summary_text', text: 'x' }],
          encrypted_content: 'e',
        },
        {
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'x', annotations: [{ type: 'url_citation' }], logprobs: [{}] },
          ],
        },
        call('a'),
        result('a', [{ type: 'input_file', file_data: 'x' }]),
      ],
      tools: [{ type: 'function', name: 'a', parameters: {}, strict: true }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'a' }] },
      text: { format: { type: 'json_schema', name: 'n', schema: {} } },
      reasoning: { effort: 'low', summary: 'auto' },
      metadata: { a: 'b' },
      include: ['x'],
    };
    const paths = pathsOf(whole);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
        const read = decodeRequest(replaced(whole, path, value) as Json);
        if (!isFault(read)) {
          expect(() => openaiResponses.encodeRequest(read, targetOf('openai', 'gpt-5'))).not.toThrow();
          return;
        }
        // The fault is at what was replaced, inside of it, or at what holds it.
        const shared = Math.min(read.path.length, path.length);
        expect(read.path.slice(0, Math.max(0, shared - 1))).toEqual(path.slice(0, Math.max(0, shared - 1)));
      }),
      { numRuns: 1000 },
    );
  });
});

(hasRecorded ? test : test.skip)('recorded requests of a real client are read', () => {
  const files = ['parallel-tools', 'json-schema', 'stream-tool-then-text', 'error-400-orphan-reasoning'];
  for (const file of files) {
    const bodies = recordedRequests(`openai-responses/${file}.cassette.yaml`).filter(isJson);
    expect(bodies.length).toBeGreaterThan(0);
    for (const body of bodies) {
      const request = decodeRequest(body);
      if (isFault(request)) throw new Error(`${file} ${request.path.join('.')}: ${request.message}`);
      expect(request.messages.length).toBeGreaterThan(0);
    }
  }
});

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = isJson(value) || Array.isArray(value) ? Object.entries(value) : [];
  return [...(path.length > 0 ? [path] : []), ...inner.flatMap(([key, it]) => pathsOf(it, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((it, index) => (String(index) === key ? replaced(it, rest, by) : it));
  return isJson(value) ? { ...value, [key]: replaced(value[key], rest, by) } : value;
}
