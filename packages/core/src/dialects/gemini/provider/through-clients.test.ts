import { describe, expect, test } from '@jest/globals';
import type { ModelEvent } from '../../../form/events.ts';
import { isFault } from '../../../form/fault.ts';
import { type Json, listAt } from '../../../form/json.ts';
import { unfoldResponse } from '../../../form/unfold-response.ts';
import { asked, decodeContext, encoded, targetOf } from '../../__fixtures__/exchange.ts';
import { anthropicMessagesClient } from '../../anthropic-messages/client/index.ts';
import type { ClientDialect } from '../../client-dialect.ts';
import { openaiChatClient } from '../../openai-chat/client/index.ts';
import { openaiResponsesClient } from '../../openai-responses/client/index.ts';
import { gemini } from './index.ts';

/** What Gemini 3 answers before it has seen a result. */
const PARTS: readonly Json[] = [
  { text: 'Let me look.', thoughtSignature: 'T1' },
  { functionCall: { id: 'g1', name: 'look', args: { at: 1 } }, thoughtSignature: 'C1' },
  { functionCall: { id: 'g2', name: 'look', args: {} } },
];
const TARGET = targetOf('google-ai-studio', 'gemini-3-pro-preview');
const ids = { newId: (prefix: string) => `${prefix}${'0'.repeat(24)}`, now: 0 };

function answer(client: ClientDialect): Json {
  const body = { candidates: [{ content: { role: 'model', parts: PARTS }, finishReason: 'STOP' }] };
  const decoded = gemini.decodeResponse(body, decodeContext());
  if ('kind' in decoded) throw new Error(decoded.message);
  // A stream must be writable too, whatever its blocks.
  const stream = client.encodeStream({ request: asked(), model: 'm', ...ids });
  expect(() => unfoldResponse(decoded).map((event: ModelEvent) => stream.write(event))).not.toThrow();
  return client.encodeResponse(decoded, { request: asked(), model: 'm', ...ids });
}

/** The next request of a client that sends the answer back as it came, with the results of both calls. */
const NEXT: readonly (readonly [ClientDialect, (answer: Json) => Json])[] = [
  [
    openaiChatClient,
    (body) => {
      const [choice] = listAt(body, 'choices') as readonly { readonly message: Json }[];
      const calls = listAt(choice?.message ?? {}, 'tool_calls') as readonly Json[];
      const results = calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'seen' }));
      return { messages: [{ role: 'user', content: 'Go' }, choice?.message, ...results] };
    },
  ],
  [
    openaiResponsesClient,
    (body) => {
      const output = listAt(body, 'output') as readonly Json[];
      const results = output.flatMap(({ type, call_id }) =>
        type === 'function_call' ? [{ type: 'function_call_output', call_id, output: 'seen' }] : [],
      );
      return { input: [{ role: 'user', content: 'Go' }, ...output, ...results] };
    },
  ],
  [
    anthropicMessagesClient,
    (body) => {
      const content = listAt(body, 'content') as readonly Json[];
      const results = content.flatMap(({ type, id }) =>
        type === 'tool_use' ? [{ type: 'tool_result', tool_use_id: id, content: 'seen' }] : [],
      );
      const messages = [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content },
        { role: 'user', content: results },
      ];
      return { max_tokens: 100, messages };
    },
  ],
];

describe('signatures and ids come back to Gemini through every client (bug 33)', () => {
  test.each(NEXT.map(([client, next]) => [client.name, client, next] as const))('%s', (_, client, next) => {
    const request = client.decodeRequest({ model: 'm', ...next(answer(client)) });
    if (isFault(request)) throw new Error(`${request.path.join('.')}: ${request.message}`);
    const { body } = encoded(gemini, request, TARGET);
    const response = { output: 'seen' };
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'Go' }] },
      { role: 'model', parts: PARTS },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'g1', name: 'look', response } },
          { functionResponse: { id: 'g2', name: 'look', response } },
        ],
      },
    ]);
  });
});
