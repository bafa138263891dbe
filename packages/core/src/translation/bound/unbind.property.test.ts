import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packProof as packInMessages } from '../../dialects/anthropic-messages/proofs.ts';
import { packProof as packInResponses } from '../../dialects/openai-responses/packed-proof.ts';
import { type BoundFormat, mayHoldForeign } from '../../form/bound-markers.ts';
import { isFault } from '../../form/fault.ts';
import type { Proof } from '../../form/provenance.ts';
import { createTranslation, PROVIDER_TRANSLATIONS } from '../index.ts';
import { unbind } from './unbind.ts';

const translator = createTranslation({ random: (size) => new Uint8Array(size), now: () => 0 });
const SECRET = 'c2lnbmVkLWJ5LXNvbWVib2R5';
const HEX = '0953eda47ee17400691c3b6c5b4a9081a3b1c2d3e4f5a6b7c8';
const proof = fc.record({
  family: fc.constantFrom('anthropic', 'openai', 'google', 'openrouter'),
  kind: fc.constantFrom('signature', 'encrypted', 'redacted'),
  value: fc.constant(SECRET),
}) satisfies fc.Arbitrary<Proof>;

/** Pieces of an assistant's turn as clients of each format carry them, bound to all kinds of providers. */
const chatTurn = fc.record(
  {
    role: fc.constant('assistant'),
    content: fc.constant('words'),
    reasoning_details: fc.array(
      fc.record(
        {
          type: fc.constant('reasoning.encrypted'),
          data: fc.constant(SECRET),
          format: fc.constantFrom('anthropic-claude-v1', 'openai-responses-v1', 'google-gemini-v1'),
          id: fc.constantFrom('weir:signature:', 'weir:encrypted:rs_1', 'other'),
        },
        { requiredKeys: ['type', 'data', 'format'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ['role', 'content'] },
);
const messagesTurn = fc
  .array(
    fc.oneof(
      fc.constant({ type: 'text', text: 'words' }),
      fc.constant({ type: 'thinking', thinking: 'hm', signature: SECRET }),
      fc.constant({ type: 'thinking', thinking: 'hm', signature: '' }),
      fc.constant({ type: 'redacted_thinking', data: SECRET }),
      fc.constant({ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
      proof.map((it) => ({ type: 'thinking', thinking: 'hm', signature: packInMessages(it) })),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((content) => ({ role: 'assistant', content }));
const responsesItem = fc.oneof(
  fc
    .constantFrom([`gAAAAA${SECRET}`, `rs_${HEX}`], [SECRET, 'rs_7c5f-8c4f'])
    .map(([encrypted_content, id]) => ({
      type: 'reasoning',
      id,
      summary: [],
      encrypted_content,
    })),
  proof.map((it) => ({
    type: 'reasoning',
    id: 'rs_ours',
    summary: [],
    encrypted_content: packInResponses({ proof: it, text: 'hm' }),
  })),
  fc.constantFrom(`msg_${HEX}`, 'msg_ours').map((id) => ({
    type: 'message',
    id,
    role: 'assistant',
    content: [{ type: 'output_text', text: 'words', annotations: [] }],
  })),
  fc.constant({ type: 'web_search_call', id: `ws_${HEX}`, status: 'completed' }),
);

const user = { role: 'user', content: 'hi' };
const conversations: readonly (readonly [BoundFormat, fc.Arbitrary<object>])[] = [
  [
    'openai-chat',
    fc.array(chatTurn, { maxLength: 4 }).map((turns) => ({ messages: [user, ...turns, user] })),
  ],
  [
    'anthropic-messages',
    fc.array(messagesTurn, { maxLength: 4 }).map((turns) => ({
      max_tokens: 9,
      messages: [user, ...turns.flatMap((it) => [it, user])],
    })),
  ],
  [
    'openai-responses',
    fc.array(responsesItem, { maxLength: 8 }).map((items) => ({ input: [user, ...items, user] })),
  ],
];
const targets = fc.constantFrom(
  ['openai', 'gpt-5'],
  ['azure-openai', 'r/d'],
  ['grok', 'grok-4'],
  ['openrouter', 'openai/gpt-5'],
  ['openrouter', 'anthropic/claude-opus-4.8'],
  ['together', 'm'],
  ['deepseek', 'deepseek-chat'],
  ['anthropic', 'claude-opus-4-8'],
);

it.each(conversations)(
  'nothing that is bound to others is left in a cleaned %s request',
  (format, bodies) => {
    fc.assert(
      fc.property(bodies, targets, (body, [slug = '', model = '']) => {
        const bytes = Buffer.from(JSON.stringify(body));
        const asked = { format, provider: { slug, name: slug }, model, body: bytes, isSecond: false };
        const unbound = unbind(asked);
        if (isFault(unbound)) throw new Error(unbound.message);
        if (unbound === null) return;
        expect(unbound.leftOut.length).toBeGreaterThan(0);
        expect(mayHoldForeign(format, { slug, model, passes: true }, bytes)).toBe(true);
        expect(mayHoldForeign(format, { slug, model, passes: true }, unbound.body)).toBe(false);
        expect(unbind({ ...asked, body: unbound.body })).toBeNull();
        const words = (it: Uint8Array) => Buffer.from(it).toString().split('"words"').length;
        expect(words(unbound.body)).toBe(words(bytes));
      }),
    );
  },
);

/** Who speaks none of the three clients’ formats for these models, and which proofs it may see. */
const translated: readonly (readonly [slug: string, model: string])[] = [
  ['google-ai-studio', 'gemini-3-pro'],
  ['aws-bedrock', 'amazon.nova-pro-v1:0'],
  ['cohere', 'command-a'],
  ['mistral', 'mistral-large'],
  ['workers-ai', '@cf/meta/llama-3.1-8b-instruct'],
];

it.each(conversations)(
  'a translated %s request holds no proof of a family that the target is none of',
  (format, bodies) => {
    fc.assert(
      fc.property(bodies, fc.constantFrom(...translated), (body, [slug, model]) => {
        expect(PROVIDER_TRANSLATIONS.has(slug)).toBe(true);
        const written = translator.translate({
          dialect: format,
          body: Buffer.from(JSON.stringify({ model, ...body })),
          provider: { slug, name: slug },
          model,
          requestedModel: model,
        });
        if (written === null || isFault(written)) return;
        const sent = Buffer.from(written.body).toString();
        const isGoogles = slug === 'google-ai-studio' && JSON.stringify(body).includes('google');
        if (!isGoogles && format !== 'openai-responses') expect(sent).not.toContain(SECRET);
        expect(sent).not.toMatch(/weir:|weir1\.|gAAAA/);
        const signed = JSON.stringify(body).split(/signature":"[^"]|"data":"|encrypted_content/).length - 1;
        const told = written.leftOut
          .filter((it) => it.includes('reasoning'))
          .map((it) => Number.parseInt(it, 10));
        const sum = told.reduce((all, it) => all + it, 0);
        if (slug !== 'google-ai-studio') expect(sum).toBe(signed);
      }),
    );
  },
);
