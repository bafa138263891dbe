import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClientDialectName } from '../dialects/client-dialect.ts';
import { createTranslation } from './index.ts';

const translator = createTranslation({
  random: (size) => new Uint8Array(size),
  now: () => 1_760_000_000_000,
});
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const REQUESTS: Readonly<Record<ClientDialectName, object>> = {
  'openai-chat': { model: 'openai/gpt-x', messages: [{ role: 'user', content: 'hi' }] },
  'openai-responses': { model: 'openai/gpt-x', input: 'hi' },
  'anthropic-messages': {
    model: 'anthropic/claude-x',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
  },
};
const DIALECTS = Object.keys(REQUESTS) as ClientDialectName[];

const reshape = (dialect: ClientDialectName, answer: Uint8Array, asStream: boolean) =>
  translator.reshape({
    dialect,
    request: bytes({ ...REQUESTS[dialect], stream: asStream }),
    answer,
    asStream,
  });

/** A whole answer in the format, with a text and a call. */
function wholeAnswer(dialect: ClientDialectName, text: string, argument: string): object {
  const call = JSON.stringify({ q: argument });
  switch (dialect) {
    case 'openai-chat':
      return {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_760_000_000,
        model: 'gpt-x',
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              role: 'assistant',
              content: text,
              tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'find', arguments: call } }],
            },
          },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      };
    case 'openai-responses':
      return {
        id: 'resp_1',
        object: 'response',
        created_at: 1_760_000_000,
        model: 'gpt-x',
        status: 'completed',
        output: [
          {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
          {
            id: 'fc_1',
            type: 'function_call',
            call_id: 'call_1',
            name: 'find',
            arguments: call,
            status: 'completed',
          },
        ],
        usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
      };
    case 'anthropic-messages':
      return {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-x',
        content: [
          { type: 'text', text },
          { type: 'tool_use', id: 'toolu_1', name: 'find', input: { q: argument } },
        ],
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 4 },
      };
  }
}

const word = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((text) => text.trim() !== '' && !text.startsWith('{"q"'));

/** `q` of the call's arguments, which are an object or the text of one. */
function argumentIn(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('{"q"')) return argumentIn(JSON.parse(value));
  if (typeof value !== 'object' || value === null) return undefined;
  if ('q' in value) return value.q;
  return Object.values(value)
    .map(argumentIn)
    .find((found) => found !== undefined);
}

describe('a cached answer in the other shape', () => {
  it('says the same as a stream and as a whole again, in every client format', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DIALECTS), word, word, (dialect, text, argument) => {
        const stream = reshape(dialect, bytes(wholeAnswer(dialect, text, argument)), true);
        expect(stream && Buffer.from(stream).toString()).toMatch(/^(?:event: .*\n)?data: /);
        const whole = reshape(dialect, stream ?? new Uint8Array(), false);
        const again = whole && JSON.parse(Buffer.from(whole).toString());
        expect(again).toMatchObject({ model: dialect === 'anthropic-messages' ? 'claude-x' : 'gpt-x' });
        const said = JSON.stringify(again);
        expect(said).toContain(JSON.stringify(text).slice(1, -1));
        expect(said).toContain('find');
        expect(argumentIn(again)).toBe(argument);
      }),
      { numRuns: 500 },
    );
  });

  it.each(DIALECTS)('is none where the answer or the request cannot be read: %s', (dialect) => {
    for (const answer of ['', 'no JSON', '{"error":{"message":"no"}}', 'data: {"choices":[]}\n\n'])
      for (const asStream of [true, false])
        expect([answer, reshape(dialect, bytes(answer), asStream)]).toEqual([answer, null]);
    const answer = bytes(wholeAnswer(dialect, 'a', 'b'));
    for (const request of ['', '[]', '{}'])
      expect(translator.reshape({ dialect, request: bytes(request), answer, asStream: true })).toBeNull();
  });
});
