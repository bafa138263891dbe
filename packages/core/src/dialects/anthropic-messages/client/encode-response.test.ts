import { describe, expect, test } from '@jest/globals';
import type { AssistantBlock } from '../../../form/blocks.ts';
import type { Json } from '../../../form/json.ts';
import type { FinishReason, ModelResponse } from '../../../form/response.ts';
import { asked } from '../../__fixtures__/exchange.ts';
import { anthropicMessagesClient } from './index.ts';

const context = { request: asked(), model: 'asked-model', newId: (prefix: string) => `${prefix}new`, now: 0 };

function encoded(about: Partial<ModelResponse>): Json {
  return anthropicMessagesClient.encodeResponse(
    {
      id: null,
      model: null,
      created: null,
      blocks: [],
      finish: { reason: 'stop', raw: null },
      usage: null,
      ...about,
    },
    context,
  );
}
const contentOf = (...blocks: readonly AssistantBlock[]) => encoded({ blocks }).content;

describe('an answer', () => {
  test('without an id or a model gets ours', () => {
    expect(encoded({})).toMatchObject({
      id: 'msg_new',
      type: 'message',
      role: 'assistant',
      model: 'asked-model',
    });
  });

  test.each<[FinishReason, string]>([
    ['stop', 'end_turn'],
    ['stop-sequence', 'stop_sequence'],
    ['tool-calls', 'tool_use'],
    ['length', 'max_tokens'],
    ['context-full', 'model_context_window_exceeded'],
    ['blocked-output', 'refusal'],
    ['blocked-prompt', 'refusal'],
    ['refusal', 'refusal'],
    ['paused', 'pause_turn'],
    ['other', 'end_turn'],
  ])('that ended with %s says %s', (reason, word) => {
    expect(encoded({ finish: { reason, raw: 'raw' } }).stop_reason).toBe(word);
  });

  test('is split where others cite with a span', () => {
    const citation = {
      start: 4,
      end: 8,
      url: 'https://x.example',
      title: 'X',
      quote: null,
      residue: { dialect: 'openai-chat', value: {} },
    } as const;
    expect(contentOf({ kind: 'text', text: 'The cat sat', citations: [citation] })).toEqual([
      { type: 'text', text: 'The ' },
      {
        type: 'text',
        text: 'cat ',
        citations: [
          {
            type: 'web_search_result_location',
            url: 'https://x.example',
            title: 'X',
            cited_text: 'cat ',
            encrypted_index: '',
          },
        ],
      },
      { type: 'text', text: 'sat' },
    ]);
  });

  test('keeps thinking that nobody signed, for people', () => {
    expect(contentOf({ kind: 'reasoning', text: 'aloud' }, { kind: 'reasoning', text: '' })).toEqual([
      { type: 'thinking', thinking: 'aloud', signature: '' },
    ]);
  });

  test('has a call’s input as an object, whatever the model wrote', () => {
    const call = (text: string): AssistantBlock => ({
      kind: 'tool-call',
      id: 'a',
      name: 'b',
      arguments: text,
    });
    expect(contentOf(call('{"x":1}'), call('{'), call('[1]'))).toMatchObject([
      { input: { x: 1 } },
      { input: { input: '{' } },
      { input: { input: '[1]' } },
    ]);
  });

  test('says in words what it cannot carry', () => {
    expect(
      contentOf(
        {
          kind: 'audio',
          source: { kind: 'data', mediaType: 'audio/wav', data: 'AAAA' },
          transcript: 'Hello',
        },
        { kind: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } },
      ),
    ).toMatchObject([{ text: 'Hello' }, { text: expect.stringContaining('https://x.example/a.png') }]);
  });

  test('carries a call’s proof there and back', () => {
    const call: AssistantBlock = {
      kind: 'tool-call',
      id: 'call:1',
      name: 'look',
      arguments: '{}',
      proof: { family: 'google', kind: 'signature', value: 'CiQ=' },
    };
    const content = contentOf(call);
    const request = anthropicMessagesClient.decodeRequest({
      max_tokens: 5,
      messages: [{ role: 'assistant', content }],
    });
    expect(request).toMatchObject({ messages: [{ content: [call] }] });
  });
});
