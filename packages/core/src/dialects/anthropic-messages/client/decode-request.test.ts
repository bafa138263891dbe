import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import type { Json } from '../../../form/json.ts';
import type { ModelRequest } from '../../../form/request.ts';
import { placesIn, RICH, replaced } from '../__fixtures__/rich-request.ts';
import { anthropicMessagesClient, decodeCountTokens } from './index.ts';

const BODY = { model: 'any', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };

function read(about: Json): ModelRequest {
  const request = anthropicMessagesClient.decodeRequest({ ...BODY, ...about });
  if (isFault(request)) throw new Error(`${request.path.join('.')}: ${request.message}`);
  return request;
}

function faultOf(about: Json) {
  const fault = anthropicMessagesClient.decodeRequest({ ...BODY, ...about });
  if (!isFault(fault)) throw new Error('no fault');
  return fault;
}

const blocksOf = (role: string, ...content: readonly Json[]) =>
  read({ messages: [{ role, content }] }).messages[0]?.content;

describe('messages', () => {
  test('a string is one text', () => {
    expect(read({}).messages).toEqual([{ role: 'user', content: [{ kind: 'text', text: 'Hello' }] }]);
  });

  test('the system prompt comes first, as a string or as blocks; another may come in the conversation', () => {
    const system = [{ type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const messages = [...BODY.messages, { role: 'system', content: 'Now be short' }];
    expect(read({ system, messages }).messages).toEqual([
      { role: 'system', content: [{ kind: 'text', text: 'Be kind', cache: { lifetime: '1h' } }] },
      { role: 'user', content: [{ kind: 'text', text: 'Hello' }] },
      { role: 'system', content: [{ kind: 'text', text: 'Now be short' }] },
    ]);
    expect(read({ system: 'Be kind' }).messages[0]).toEqual({
      role: 'system',
      content: [{ kind: 'text', text: 'Be kind' }],
    });
  });

  test('media by bytes, URL and file', () => {
    expect(
      blocksOf(
        'user',
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
        { type: 'document', title: 'T', source: { type: 'file', file_id: 'file_1' } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' }, context: 'c' },
      ),
    ).toEqual([
      { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } },
      { kind: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } },
      { kind: 'file', name: 'T', source: { kind: 'file-id', id: 'file_1', dialect: 'anthropic-messages' } },
      {
        kind: 'file',
        source: { kind: 'data', mediaType: 'text/plain', data: Buffer.from('Grüße').toString('base64') },
        residue: { dialect: 'anthropic-messages', value: { context: 'c' } },
      },
    ]);
  });

  test('a document in pieces is one text, and keeps its pieces for Anthropic', () => {
    const source = {
      type: 'content',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    };
    expect(blocksOf('user', { type: 'document', source })).toEqual([
      {
        kind: 'file',
        source: { kind: 'data', mediaType: 'text/plain', data: Buffer.from('a\n\nb').toString('base64') },
        residue: { dialect: 'anthropic-messages', value: { source } },
      },
    ]);
  });

  test('a search result is words with their source to everybody else', () => {
    const result = {
      type: 'search_result',
      title: 'T',
      source: 'https://x.example',
      content: [{ type: 'text', text: 'found' }],
    };
    expect(blocksOf('user', result)).toEqual([
      {
        kind: 'text',
        text: 'T\nSource: https://x.example\nfound',
        residue: { dialect: 'anthropic-messages', value: result },
      },
    ]);
  });

  test('calls and their results, failed ones too', () => {
    expect(
      blocksOf('assistant', {
        type: 'tool_use',
        id: 'a',
        name: 'look',
        input: { x: [1] },
        caller: { type: 'direct' },
      }),
    ).toEqual([
      {
        kind: 'tool-call',
        id: 'a',
        name: 'look',
        arguments: '{"x":[1]}',
        residue: { dialect: 'anthropic-messages', value: { caller: { type: 'direct' } } },
      },
    ]);
    expect(
      blocksOf(
        'user',
        { type: 'tool_result', tool_use_id: 'a' },
        { type: 'tool_result', tool_use_id: 'b', content: 'no', is_error: true },
        {
          type: 'tool_result',
          tool_use_id: 'c',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
      ),
    ).toMatchObject([
      { kind: 'tool-result', callId: 'a', content: [], isError: false },
      { callId: 'b', content: [{ kind: 'text', text: 'no' }], isError: true },
      { callId: 'c', content: [{ kind: 'text' }, { kind: 'image' }] },
    ]);
  });

  test('blocks of server tools are kept whole for Anthropic', () => {
    const used = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [] };
    expect(blocksOf('assistant', used, { ...found, cache_control: { type: 'ephemeral' } })).toEqual([
      { kind: 'opaque', dialect: 'anthropic-messages', value: used },
      { kind: 'opaque', dialect: 'anthropic-messages', value: found, cache: { lifetime: null } },
    ]);
  });

  test('thinking with Anthropic’s proof, with one that we packed, and with none', () => {
    expect(
      blocksOf(
        'assistant',
        { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'xyz' },
        { type: 'thinking', thinking: '', signature: 'weir:openai:encrypted:rs_1::g:A' },
        { type: 'thinking', thinking: 'aloud', signature: '' },
        { type: 'thinking', thinking: '', signature: 'weir:google:signature::a:sig' },
        { type: 'tool_use', id: 'a', name: 'look', input: {} },
      ),
    ).toEqual([
      { kind: 'reasoning', text: 'hm', proof: { family: 'anthropic', kind: 'signature', value: 'c2ln' } },
      { kind: 'reasoning', text: '', proof: { family: 'anthropic', kind: 'redacted', value: 'xyz' } },
      {
        kind: 'reasoning',
        text: '',
        proof: { family: 'openai', kind: 'encrypted', value: 'g:A', id: 'rs_1' },
      },
      { kind: 'reasoning', text: 'aloud' },
      {
        kind: 'tool-call',
        id: 'a',
        name: 'look',
        arguments: '{}',
        proof: { family: 'google', kind: 'signature', value: 'sig' },
      },
    ]);
  });

  test('a wish to cache the whole request is one on its last block', () => {
    expect(read({ cache_control: { type: 'ephemeral' } }).messages[0]?.content[0]).toMatchObject({
      cache: { lifetime: null },
    });
  });
});

describe('tools', () => {
  test('functions with what only this format says of them; tools that run at the provider', () => {
    const { tools } = read({
      tools: [
        {
          name: 'look',
          description: 'd',
          input_schema: { type: 'object' },
          strict: true,
          defer_loading: true,
        },
        { type: 'custom', name: 'plain', input_schema: {} },
        { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
        { type: 'bash_20250124', name: 'bash' },
      ],
    });
    expect(tools).toEqual([
      {
        kind: 'function',
        name: 'look',
        description: 'd',
        schema: { type: 'object' },
        strict: true,
        residue: { dialect: 'anthropic-messages', value: { defer_loading: true } },
      },
      { kind: 'function', name: 'plain', schema: {}, strict: null },
      {
        kind: 'web-search',
        dialect: 'anthropic-messages',
        options: { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
      },
      {
        kind: 'provider',
        dialect: 'anthropic-messages',
        type: 'bash_20250124',
        options: { type: 'bash_20250124', name: 'bash' },
      },
    ]);
  });

  test.each([
    [{ type: 'auto' }, { toolChoice: { kind: 'auto' } }],
    [{ type: 'any' }, { toolChoice: { kind: 'required' } }],
    [{ type: 'none' }, { toolChoice: { kind: 'none' } }],
    [{ type: 'tool', name: 'look' }, { toolChoice: { kind: 'tool', name: 'look' } }],
    [
      { type: 'auto', disable_parallel_tool_use: true },
      { toolChoice: { kind: 'auto' }, parallelToolCalls: false },
    ],
  ])('the choice %j', (tool_choice, parameters) => {
    expect(read({ tool_choice }).parameters).toEqual({ maxTokens: 100, ...parameters });
  });
});

describe('parameters', () => {
  test('each has its place in the form and its own name', () => {
    const { parameters, source } = read({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
    });
    expect(parameters).toEqual({
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      stop: ['END'],
      user: 'u',
      serviceTier: 'default',
      outputFormat: { kind: 'json-schema', name: null, schema: { type: 'object' }, strict: null },
    });
    expect(source.names).toMatchObject({ maxTokens: 'max_tokens', user: 'metadata.user_id' });
  });

  test.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { budget: 2000, shown: true }],
    [
      { thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' } },
      { budget: 2000, shown: false },
    ],
    [{ thinking: { type: 'adaptive' } }, { shown: null }],
    [
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'max' } },
      { effort: 'max', shown: true },
    ],
    [{ output_config: { effort: 'low' } }, { effort: 'low', shown: null }],
    [{ thinking: { type: 'disabled' } }, { effort: 'none', shown: null }],
  ])('thinking %j', (about, reasoning) => {
    expect(read(about).parameters.reasoning).toEqual(reasoning);
  });

  test('fields that the form has no place for are named', () => {
    const { unknown } = read({ context_management: {}, container: 'c', speed: 'fast', inference_geo: null });
    expect(Object.keys(unknown)).toEqual(['context_management', 'container', 'speed']);
  });
});

describe('a request that cannot be read names the place', () => {
  const image = (source: unknown) => ({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] });
  test.each<[Json, string]>([
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: '5' }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: {} }, 'messages'],
    [{ messages: ['x'] }, 'messages.0'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages.0.content'],
    [{ messages: [{ role: 'user', content: [null] }] }, 'messages.0.content.0'],
    [{ messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }, 'messages.0.content.0.type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 1 }] }] }, 'messages.0.content.0.text'],
    [image(null), 'messages.0.content.0.source'],
    [image({ type: 'base64', data: 'A' }), 'messages.0.content.0.source.media_type'],
    [image({ type: 'ftp' }), 'messages.0.content.0.source.type'],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: 'x' }] }] },
      'messages.0.content.0.input',
    ],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'x', cache_control: { type: 'forever' } }] },
        ],
      },
      'messages.0.content.0.cache_control.type',
    ],
    [{ system: 5 }, 'system'],
    [{ system: [{ type: 'image' }] }, 'system.0.type'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ name: 'x' }] }, 'tools.0.input_schema'],
    [{ tools: [{ input_schema: {} }] }, 'tools.0.name'],
    [{ tool_choice: 'auto' }, 'tool_choice'],
    [{ tool_choice: { type: 'tool' } }, 'tool_choice.name'],
    [{ temperature: '0.5' }, 'temperature'],
    [{ stop_sequences: 'END' }, 'stop_sequences'],
    [{ stop_sequences: [1] }, 'stop_sequences.0'],
    [{ stream: 'yes' }, 'stream'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ thinking: { type: 'much' } }, 'thinking.type'],
    [{ output_config: { effort: 'huge' } }, 'output_config.effort'],
    [{ output_config: { format: { type: 'json_schema' } } }, 'output_config.format.schema'],
    [{ metadata: { user_id: 5 } }, 'metadata.user_id'],
    [{ service_tier: 'gold' }, 'service_tier'],
    [{ mcp_servers: [{ url: 'https://x.example' }] }, 'mcp_servers'],
  ])('%j', (about, path) => {
    expect(faultOf(about).path.join('.')).toBe(path);
  });

  test('unknown content is named', () => {
    expect(faultOf({ messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }).message).toContain(
      'hologram',
    );
  });

  test('whatever stands in whatever place, nothing is thrown', () => {
    const places = placesIn(RICH);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 }), (place, value) => {
        const request = anthropicMessagesClient.decodeRequest(replaced(RICH, place, value) as Json);
        expect(isFault(request) ? request.message : request.messages.length).toBeTruthy();
      }),
      { numRuns: 2000 },
    );
  });

  test('deep schemas and long texts do no harm', () => {
    let schema: Json = { type: 'object' };
    for (let depth = 0; depth < 100; depth += 1) schema = { type: 'object', properties: { a: schema } };
    const data = 'A'.repeat(5_000_000);
    const source = { type: 'base64', media_type: 'image/png', data };
    const request = read({
      tools: [{ name: 'deep', input_schema: schema }],
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    });
    expect(request.tools[0]).toMatchObject({ schema });
  });
});

test('a thread that the server would hold is refused in the words that make the official client send everything', () => {
  expect(faultOf({ thread: { type: 'create' } })).toMatchObject({
    kind: 'fault',
    path: ['thread'],
    details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
  });
});

describe('counting tokens', () => {
  test('reads the same request, which has no limit', () => {
    const { max_tokens: _, ...body } = BODY;
    expect(decodeCountTokens({ ...body, system: 'Be kind' })).toMatchObject({
      messages: [{ role: 'system' }, { role: 'user' }],
      parameters: {},
      stream: false,
    });
    expect(decodeCountTokens({ messages: 5 })).toMatchObject({ kind: 'fault', path: ['messages'] });
  });
});
