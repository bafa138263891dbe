import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import { isJson, type Json, listAt } from '../../../form/json.ts';
import type { Message } from '../../../form/request.ts';
import { request } from './__fixtures__/decode.ts';
import { call, PNG, result, text } from './__fixtures__/encode.ts';
import { type ChatDeviations, chatDialect, deviate, OPENAI_CHAT } from './index.ts';

const id = fc.constantFrom('a', 'b', 'functions.x:0', 'toolu_01', '');
const words = fc.constantFrom('', 'x', 'y z').map(text);
const image = fc.constant({ kind: 'image', source: PNG } as const);
const opaque = fc.constant({ kind: 'opaque', dialect: 'anthropic-messages', value: {} } as const);
const answered = fc
  .tuple(id, fc.array(words, { maxLength: 2 }), fc.boolean(), fc.boolean())
  .map(([callId, texts, isError, isSeen]) => ({
    ...result(callId),
    content: isSeen ? [...texts, { kind: 'image', source: PNG } as const] : texts,
    isError,
  }));
const thought = fc.constantFrom(
  { kind: 'reasoning', text: 'hm' } as const,
  { kind: 'reasoning', text: '', proof: { family: 'openai', kind: 'encrypted', value: 'x' } } as const,
  {
    kind: 'reasoning',
    text: 'or',
    proof: { family: 'openrouter', kind: 'encrypted', value: '[{}]' },
  } as const,
);

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constant('system' as const), content: fc.array(words, { maxLength: 2 }) }),
  fc.record({
    role: fc.constant('user' as const),
    content: fc.array(fc.oneof(words, image, opaque, answered), { maxLength: 4 }),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.array(
      fc.oneof(
        words,
        image,
        opaque,
        thought,
        id.map((it) => call(it)),
      ),
      { maxLength: 4 },
    ),
  }),
);

const FAMILY: readonly ChatDeviations[] = [
  OPENAI_CHAT,
  deviate({}),
  deviate({ alternates: true, replay: { kind: 'details' } }),
  deviate({
    bridgesToolToUser: true,
    callIds: 'nine-alphanumerics',
    prefixField: true,
    replay: { kind: 'parts' },
  }),
  deviate({ laterSystem: 'in-place', replay: { kind: 'field', name: 'reasoning_content', required: true } }),
];

const idsOf = (message: Json) => listAt(message, 'tool_calls').map((it) => (isJson(it) ? it.id : null));

describe('whatever a conversation is', () => {
  test('each call is answered directly after it, and nothing else is', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.constantFrom(...FAMILY), (messages, deviations) => {
        const encoded = chatDialect(deviations).encodeRequest(request({ messages }), {
          provider: { slug: 't', name: 'T' },
          model: 'm',
        });
        if (isFault(encoded)) return;
        const wire = listAt(encoded.body, 'messages').filter(isJson);
        let due: unknown[] = [];
        for (const [at, it] of wire.entries()) {
          if (it.role === 'tool') expect(it.tool_call_id).toBe(due.shift());
          else expect(due).toEqual([]);
          if (it.role === 'assistant') due = idsOf(it);
          expect(it.content === undefined || (it.content === null && due.length === 0)).toBe(false);
          if (deviations.bridgesToolToUser && it.role === 'user') expect(wire[at - 1]?.role).not.toBe('tool');
          if (deviations.alternates && it.role !== 'tool') expect(wire[at - 1]?.role).not.toBe(it.role);
        }
        expect(due).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
