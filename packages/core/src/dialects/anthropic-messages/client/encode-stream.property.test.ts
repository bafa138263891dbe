import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { AssistantBlock, ToolCallBlock } from '../../../form/blocks.ts';
import type { ModelEvent } from '../../../form/events.ts';
import type { Json } from '../../../form/json.ts';
import type { Proof } from '../../../form/provenance.ts';
import type { ModelResponse } from '../../../form/response.ts';
import { grammarFaults } from '../../../form/stream-grammar.ts';
import { unfoldBlock, unfoldResponse } from '../../../form/unfold-response.ts';
import { NO_USAGE } from '../../../form/usage.ts';
import { assembleMessages } from '../../../providers/assembled/messages.ts';
import { readSse } from '../../../streaming/sse.ts';
import { asked } from '../../__fixtures__/exchange.ts';
import { anthropicMessagesClient } from './index.ts';

const context = { request: asked(), model: 'asked', newId: (prefix: string) => `${prefix}new`, now: 0 };

const proof: fc.Arbitrary<Proof> = fc.record({
  family: fc.constantFrom('anthropic' as const, 'openai' as const, 'google' as const),
  kind: fc.constantFrom('signature' as const, 'encrypted' as const),
  value: fc.constantFrom('sig', 'x:y'),
});
const optional = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc.option(value).map((it) => (it === null ? {} : { [key]: it }));

const call: fc.Arbitrary<ToolCallBlock> = fc
  .tuple(fc.uuid(), fc.constantFrom('{}', '{"x":1}', '{"text":"é🌍\\n"}'), optional('proof', proof))
  .map(([id, text, it]) => ({ kind: 'tool-call', id, name: 'look', arguments: text, ...it }));
const other: fc.Arbitrary<AssistantBlock> = fc.oneof(
  fc.string().map((text): AssistantBlock => ({ kind: 'text', text })),
  fc.string().map((text): AssistantBlock => ({ kind: 'refusal', text })),
  fc
    .tuple(fc.string(), optional('proof', proof))
    .map(([text, it]): AssistantBlock => ({ kind: 'reasoning', text, ...it })),
  fc.constant<AssistantBlock>({
    kind: 'opaque',
    dialect: 'anthropic-messages',
    value: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
  }),
  fc.constant<AssistantBlock>({ kind: 'image', source: { kind: 'url', url: 'https://x.example' } }),
);

const answer = (blocks: readonly AssistantBlock[]): ModelResponse => ({
  id: 'msg_1',
  model: 'm',
  created: null,
  blocks,
  finish: { reason: 'stop', raw: 'stop' },
  usage: { ...NO_USAGE, input: 3, output: 4 },
});

/** What the client gets, each event in its place: one open block at a time, numbered without holes. */
function received(events: readonly ModelEvent[]): Json {
  expect(grammarFaults(events)).toEqual([]);
  const encoder = anthropicMessagesClient.encodeStream(context);
  const text = events.map((event) => encoder.write(event)).join('');
  const payloads = readSse(Buffer.from(text)).map(({ data }) => JSON.parse(data) as Json);
  let next = 0;
  let open = false;
  for (const { type, index } of payloads) {
    if (!String(type).startsWith('content_block_')) continue;
    expect({ type, index, open }).toEqual({ type, index: next, open: type !== 'content_block_start' });
    open = type !== 'content_block_stop';
    if (!open) next += 1;
  }
  expect(payloads.at(-1)?.type).toBe('message_stop');
  return assembleMessages(payloads);
}

describe('a streamed answer', () => {
  test('is the whole one in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(other, call), { maxLength: 6 }), (blocks) => {
        const response = answer(blocks);
        expect(received(unfoldResponse(response))).toEqual(
          anthropicMessagesClient.encodeResponse(response, context),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('is the same however its calls overlap', () => {
    const calls = fc.uniqueArray(call, { minLength: 1, maxLength: 4, selector: ({ id }) => id });
    fc.assert(
      fc.property(calls, fc.array(fc.nat(3), { maxLength: 12 }), (blocks, order) => {
        const response = answer(blocks);
        const whole = unfoldResponse(response);
        const [start, ...rest] = whole;
        const ends = rest.slice(-2);
        const overlapping = interleaved(blocks.map(unfoldBlock), order);
        expect(received([...(start ? [start] : []), ...overlapping, ...ends])).toEqual(
          anthropicMessagesClient.encodeResponse(response, context),
        );
      }),
      { numRuns: 500 },
    );
  });
});

/** The blocks begin in order; what follows of each comes when `order` says. */
function interleaved(blocks: readonly (readonly ModelEvent[])[], order: readonly number[]): ModelEvent[] {
  const queues = blocks.map((events) => events.slice(1));
  const mixed = blocks.flatMap((events) => events.slice(0, 1));
  for (const at of order) {
    const event = queues[at]?.shift();
    if (event) mixed.push(event);
  }
  return [...mixed, ...queues.flat()];
}
