import { describe, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '../../../form/json.ts';
import { expectTolerant } from '../../__fixtures__/arbitrary-answers.ts';
import { decodeContext, decoded } from '../../__fixtures__/exchange.ts';
import { anthropicMessages } from './index.ts';

const odd = fc.constantFrom<unknown>(null, undefined, '', 0, [], {}, true, 'text', [null]);
const or = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: odd });

const block = fc.record(
  {
    type: or(
      fc.constantFrom('text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'compaction'),
    ),
    text: or(fc.constantFrom('', 'a')),
    thinking: or(fc.constantFrom('', 'hm')),
    signature: or(fc.constant('sig')),
    data: or(fc.constant('x')),
    id: or(fc.constant('id')),
    name: or(fc.constantFrom('look', 'json')),
    input: or(fc.constantFrom({}, { x: 1 }, '{}')),
    citations: or(fc.constant([{ type: 'char_location' }])),
  },
  { requiredKeys: ['type'] },
);
const piece = fc.record(
  {
    type: or(
      fc.constantFrom(
        'text_delta',
        'input_json_delta',
        'thinking_delta',
        'signature_delta',
        'citations_delta',
      ),
    ),
    text: or(fc.constantFrom('', 'b')),
    partial_json: or(fc.constantFrom('', '{', '}')),
    thinking: or(fc.constant('so')),
    signature: or(fc.constant('sig')),
    citation: or(fc.constant({ type: 'char_location' })),
    stop_reason: or(fc.constantFrom('end_turn', 'tool_use', 'new')),
    stop_details: or(fc.constant({ type: 'refusal', explanation: 'no' })),
  },
  { requiredKeys: ['type'] },
);
const usage = fc.record({ input_tokens: or(fc.nat(9)), output_tokens: or(fc.nat(9)) }, { requiredKeys: [] });
const message = fc.record(
  {
    id: or(fc.constantFrom('msg_1', 'msg_2')),
    content: or(fc.array(block, { maxLength: 2 })),
    usage: or(usage),
  },
  { requiredKeys: [] },
);
const event = fc.record(
  {
    type: or(
      fc.constantFrom(
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
        'ping',
        'error',
        'new',
      ),
    ),
    index: or(fc.nat(2)),
    message: or(message),
    content_block: or(block),
    delta: or(piece),
    usage: or(usage),
    content: or(fc.array(block, { maxLength: 3 })),
    stop_reason: or(fc.constantFrom('end_turn', 'tool_use', 'new')),
    error: odd,
  },
  { requiredKeys: ['type', 'index', 'content_block', 'delta'] },
) as fc.Arbitrary<Json>;

describe('whatever comes from upstream', () => {
  test('nothing is thrown and the events follow the grammar', () => {
    expectTolerant(anthropicMessages, event);
  });

  test('the same while an answer by schema is expected', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (payloads) => {
        decoded(anthropicMessages, payloads, decodeContext({ outputTool: 'json' }));
        for (const payload of payloads)
          anthropicMessages.decodeResponse(payload, decodeContext({ outputTool: 'json' }));
      }),
      { numRuns: 1000 },
    );
  });
});
