import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isFault } from '../../form/fault.ts';
import { isJson, type Json } from '../../form/json.ts';
import { hasRecorded, recordedRequests } from '../../providers/__fixtures__/recorded.ts';
import { encoded, targetOf } from '../__fixtures__/exchange.ts';
import { placesIn, RICH, replaced } from './__fixtures__/rich-request.ts';
import { anthropicMessagesClient } from './client/index.ts';
import { anthropicMessages, messagesOnBedrock } from './provider/index.ts';

/** A client's request as it leaves for a Claude: what the clouds get from Anthropic's own clients. */
function forwarded(body: Json, model: string, dialect = anthropicMessages): Json {
  const request = anthropicMessagesClient.decodeRequest(body);
  if (isFault(request)) throw new Error(`${request.path.join('.')}: ${request.message}`);
  const { body: out, dropped } = encoded(dialect, request, targetOf('anthropic', model));
  expect(dropped).toEqual([]);
  return out;
}

/** What may differ: a string for one text, and members that say no more than the default. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isJson(value)) return value;
  const members = Object.entries(value).filter(
    ([name, member]) =>
      !(name === 'stream' && member === false) &&
      !(name === 'is_error' && member === false) &&
      member !== null,
  );
  return Object.fromEntries(
    members.map(([name, member]) => [
      name,
      (name === 'content' || name === 'system') && typeof member === 'string'
        ? [{ type: 'text', text: member }]
        : comparable(member),
    ]),
  );
}

const cache_control = { type: 'ephemeral', ttl: '1h' };

describe('a request of Anthropic’s own comes out as it went in', () => {
  test('with something in every place', () => {
    const body: Json = {
      model: 'claude-opus-4-6',
      max_tokens: 9000,
      system: [{ type: 'text', text: 's', cache_control }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgoAAAANSUhE' },
            },
            { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
            {
              type: 'document',
              title: 't',
              context: 'c',
              citations: { enabled: true },
              source: {
                type: 'content',
                content: [
                  { type: 'text', text: 'd' },
                  { type: 'text', text: 'e' },
                ],
              },
            },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
            { type: 'document', source: { type: 'file', file_id: 'file_1' } },
            {
              type: 'search_result',
              title: 't',
              source: 's',
              content: [{ type: 'text', text: 'f' }],
              citations: { enabled: true },
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'x' },
            {
              type: 'text',
              text: 'y',
              citations: [{ type: 'char_location', cited_text: 'c', document_index: 0 }],
            },
            { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
            { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
            {
              type: 'tool_use',
              id: 'toolu_a',
              name: 'look',
              input: { x: { y: [1, null] } },
              caller: { type: 'direct' },
            },
            { type: 'tool_use', id: 'toolu_b', name: 'look', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_a',
              is_error: true,
              content: [
                { type: 'text', text: 'r' },
                { type: 'tool_reference', tool_name: 'look' },
              ],
            },
            { type: 'tool_result', tool_use_id: 'toolu_b', content: 'fine' },
            { type: 'text', text: 'go on', cache_control: { type: 'ephemeral' } },
          ],
        },
      ],
      tools: [
        {
          name: 'look',
          description: 'd',
          input_schema: { type: 'object' },
          input_examples: [{}],
          cache_control,
        },
        { type: 'web_search_20250305', name: 'web_search', max_uses: 2 },
        { type: 'bash_20250124', name: 'bash' },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: {
        effort: 'max',
        format: {
          type: 'json_schema',
          schema: { type: 'object', properties: {}, additionalProperties: false },
        },
      },
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      stream: true,
    };
    expect(comparable(forwarded(body, 'claude-opus-4-6'))).toEqual(comparable(body));
  });

  test('thinking by a budget, and sampling', () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    const budget = { max_tokens: 4000, messages, thinking: { type: 'enabled', budget_tokens: 2000 } };
    expect(comparable(forwarded(budget, 'claude-sonnet-4-5'))).toEqual(
      comparable({ model: 'claude-sonnet-4-5', ...budget }),
    );
    const sampling = { max_tokens: 4000, messages, temperature: 0.5, top_k: 5 };
    expect(comparable(forwarded(sampling, 'claude-sonnet-4-5'))).toEqual(
      comparable({ model: 'claude-sonnet-4-5', ...sampling }),
    );
  });
});

function recordedRequest(file: string, interaction = 0): Json {
  const body = recordedRequests(file)[interaction];
  if (!isJson(body)) throw new Error(`${file} has no request ${interaction}`);
  return body;
}

describe('whatever a client asks', () => {
  test('is sent or refused with a sentence; nothing is thrown', () => {
    const bedrock = messagesOnBedrock((model, operation) => `${model}/${operation}`);
    const targets = ['claude-opus-5', 'claude-sonnet-4-5', 'claude-sonnet-4-20250514', 'kimi'];
    fc.assert(
      fc.property(
        fc.constantFrom(...placesIn(RICH)),
        fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', ' ', 'text', 0, 5000, [], {}, 'user')),
        fc.constantFrom(...targets),
        fc.constantFrom(anthropicMessages, bedrock),
        (place, value, model, dialect) => {
          const request = anthropicMessagesClient.decodeRequest(replaced(RICH, place, value) as Json);
          if (isFault(request)) return;
          const result = dialect.encodeRequest(request, targetOf('anthropic', model));
          expect(isFault(result) ? result.message : result.path).toMatch(/./);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const recorded = hasRecorded ? describe : describe.skip;

recorded('recorded requests come out as they went in', () => {
  test.each([
    ['anthropic/parallel-tools.cassette.yaml', 0],
    ['anthropic/parallel-tools.cassette.yaml', 1],
    ['anthropic/stream-thinking.cassette.yaml', 0],
    ['anthropic/stream-redacted-thinking.cassette.yaml', 0],
  ])('%s %i', (file, interaction) => {
    const body = recordedRequest(file, interaction);
    expect(comparable(forwarded(body, String(body.model)))).toEqual(comparable(body));
  });

  test('of Bedrock, but for a system text in the conversation, which is said as the user’s', () => {
    const body = recordedRequest('bedrock/invoke-anthropic.cassette.yaml');
    const { anthropic_version, messages, ...rest } = forwarded(
      body,
      'us.anthropic.claude-opus-4-8',
      messagesOnBedrock((model, operation) => `${model}/${operation}`),
    );
    expect(anthropic_version).toBe('bedrock-2023-05-31');
    expect(comparable(rest)).toEqual(comparable({ max_tokens: body.max_tokens, system: body.system }));
    expect(messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Review it again.' },
          { type: 'text', text: expect.stringContaining('explicit type annotations') },
        ],
      },
    ]);
  });
});
