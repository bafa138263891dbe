import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isFault } from '../../../form/fault.ts';
import { type Json, listAt } from '../../../form/json.ts';
import { conversations } from '../../__fixtures__/arbitrary-requests.ts';
import { targetOf } from '../../__fixtures__/exchange.ts';
import { cohere } from './index.ts';

test('whatever the conversation, each call is followed by its result, or the caller gets a fault', () => {
  fc.assert(
    fc.property(conversations, (request) => {
      const result = cohere.encodeRequest(request, targetOf('cohere', 'command-a-03-2025'));
      if (isFault(result)) return;
      const messages = result.body.messages as readonly Json[];
      for (const [index, message] of messages.entries()) {
        expect(message.content ?? message.tool_calls).not.toEqual([]);
        expect(message.role === 'system').toBe(index === 0 && message.role === 'system');
        const previous = messages[index - 1]?.role;
        if (message.role !== 'tool') expect(message.role).not.toBe(previous);
        const calls = listAt(message, 'tool_calls') as readonly Json[];
        const answers = messages.slice(index + 1, index + 1 + calls.length);
        expect(answers.map((it) => [it.role, it.tool_call_id])).toEqual(calls.map(({ id }) => ['tool', id]));
      }
    }),
  );
});
