import * as fc from 'fast-check';
import type { AssistantBlock, UserBlock } from '../../form/blocks.ts';
import type { Message, ModelRequest } from '../../form/request.ts';
import { asked } from './exchange.ts';

const words = fc.constantFrom('', 'a', 'zwölf €', '🙂');
const text = words.map((it) => ({ kind: 'text', text: it }) as const);
const id = fc.constantFrom('a', 'b', 'gemini-c', 'functions.x:0');
const image = fc.constant({
  kind: 'image',
  source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' },
} as const);
const proof = fc.constantFrom(
  { family: 'google', kind: 'signature', value: 'G' } as const,
  { family: 'anthropic', kind: 'signature', value: 'A' } as const,
);

const userBlock: fc.Arbitrary<UserBlock> = fc.oneof({ weight: 2, arbitrary: text }, image, {
  weight: 3,
  arbitrary: fc.record({
    kind: fc.constant('tool-result' as const),
    callId: id,
    content: fc.array(fc.oneof(text, image), { maxLength: 2 }),
    isError: fc.boolean(),
  }),
});
const assistantBlock: fc.Arbitrary<AssistantBlock> = fc.oneof(
  text,
  fc.record({ kind: fc.constant('reasoning' as const), text: words, proof }),
  fc.record({ kind: fc.constant('reasoning' as const), text: words }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('tool-call' as const),
      id,
      name: fc.constantFrom('look', '1 go!'),
      arguments: fc.constantFrom('{}', '{"x":1}', ''),
    }),
  },
  fc.constant({ kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } } as const),
);

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constant('system' as const), content: fc.array(text, { maxLength: 2 }) }),
  {
    weight: 3,
    arbitrary: fc.record({
      role: fc.constant('user' as const),
      content: fc.array(userBlock, { maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      role: fc.constant('assistant' as const),
      content: fc.array(assistantBlock, { maxLength: 4 }),
    }),
  },
);

/** Conversations in any order, many of which no provider would take as they are. */
export const conversations: fc.Arbitrary<ModelRequest> = fc
  .array(message, { maxLength: 6 })
  .map((messages) => asked({ messages }));
