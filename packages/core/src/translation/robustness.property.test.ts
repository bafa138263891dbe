import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClientDialectName } from '../dialects/client-dialect.ts';
import { isFault } from '../form/fault.ts';
import { headerMap } from '../http/header-map.ts';
import type { Translated } from '../ports/translation.ts';
import { createTranslation, PROVIDER_TRANSLATIONS } from './index.ts';

const translator = createTranslation({ random: (size) => new Uint8Array(size), now: () => 0 });
const SLUGS = [...PROVIDER_TRANSLATIONS.keys()];
const MODELS: Readonly<Record<string, string>> = {
  'azure-openai': 'resource/deployment',
  'google-vertex-ai': 'projects/p/locations/global/publishers/google/models/gemini-2.5-pro',
  'workers-ai': '@cf/meta/llama-3.1-8b-instruct',
};

/** A conversation with everything in it, as each client writes it. */
const REQUESTS: Readonly<Record<ClientDialectName, object>> = {
  'openai-chat': {
    model: 'x',
    stream: true,
    temperature: 0.5,
    stop: ['END'],
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
    ],
    tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
    tool_choice: 'auto',
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
  },
  'openai-responses': {
    model: 'x',
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'a cat' },
    ],
    tools: [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }],
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } },
    stream: true,
  },
  'anthropic-messages': {
    model: 'x',
    max_tokens: 100,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'a cat' }] },
    ],
    tools: [{ name: 'look', input_schema: { type: 'object' } }],
    stream: true,
  },
};
const DIALECTS = Object.keys(REQUESTS) as ClientDialectName[];

function translate(dialect: ClientDialectName, slug: string, body: unknown) {
  return translator.translate({
    dialect,
    body: Buffer.from(JSON.stringify(body)),
    provider: { slug, name: slug },
    model: MODELS[slug] ?? 'some-model',
    requestedModel: `${slug}/some-model`,
  });
}

/** The value with one of its members, however deep, replaced. */
function replaced(value: unknown, at: number, by: unknown): unknown {
  let left = at;
  const walk = (part: unknown): unknown => {
    if (left-- === 0) return by;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}

const good = (dialect: ClientDialectName, slug: string): Translated | null => {
  const translated = translate(dialect, slug, { ...REQUESTS[dialect], stop: undefined });
  return translated === null || isFault(translated) ? null : translated;
};

describe('whatever a client writes', () => {
  it('is translated or refused with its place, at every provider', () => {
    const dialect = fc.constantFrom(...DIALECTS);
    fc.assert(
      fc.property(dialect, fc.constantFrom(...SLUGS), fc.nat(60), fc.jsonValue(), (client, slug, at, by) => {
        const translated = translate(client, slug, replaced(REQUESTS[client], at, by));
        if (translated === null || isFault(translated)) expect(translated?.message).toMatch(/\w/);
        else expect(() => JSON.parse(Buffer.from(translated.body).toString())).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  it('comes to a hundred levels of a schema, and to five megabytes of picture', () => {
    let schema: object = { type: 'string' };
    for (let depth = 0; depth < 100; depth++) schema = { type: 'object', properties: { a: schema } };
    const url = `data:image/png;base64,iVBORw0KGgo${'A'.repeat(5_000_000)}`;
    const body = {
      model: 'x',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
      tools: [{ type: 'function', function: { name: 'deep', parameters: schema } }],
    };
    for (const slug of SLUGS) {
      const translated = translate('openai-chat', slug, body);
      if (isFault(translated)) expect(translated.message.length).toBeLessThan(1000);
      else expect(translated?.body.length).toBeGreaterThan(5_000_000);
    }
  });
});

describe('whatever a provider sends', () => {
  const pairs = DIALECTS.flatMap((dialect) =>
    SLUGS.flatMap((slug) => {
      const translated = good(dialect, slug);
      return translated ? [{ name: `${dialect} ← ${slug}`, answer: translated.answer }] : [];
    }),
  );
  // A request that no provider could be asked would leave nothing to hold.
  if (pairs.length < 50) throw new Error(`only ${pairs.length} pairs of client and provider`);
  const pair = fc.constantFrom(...pairs);
  const SSE = headerMap([['content-type', 'text/event-stream']]);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((it) => Buffer.from(it)),
    fc.string({ maxLength: 300 }).map((it) => Buffer.from(it)),
    fc.jsonValue().map((it) => Buffer.from(JSON.stringify(it))),
    fc
      .array(fc.jsonValue(), { maxLength: 5 })
      .map((list) => Buffer.from(list.map((it) => `data: ${JSON.stringify(it)}\n\n`).join(''))),
  );

  it('is an answer in the client’s format, of whatever status', () => {
    fc.assert(
      fc.property(pair, bytes, fc.constantFrom(200, 400, 429, 500), ({ answer }, body, status) => {
        const said = answer.whole({ status, headers: headerMap([]), bytes: body });
        expect(said.status).toBeGreaterThanOrEqual(200);
        expect(() => JSON.parse(Buffer.from(said.body).toString())).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('as a stream comes to one end, and events are whole', () => {
    fc.assert(
      fc.property(pair, fc.array(bytes, { maxLength: 4 }), ({ answer }, chunks) => {
        const stream = answer.stream({ headers: SSE });
        const pieces = [...chunks.map((chunk) => stream.push(chunk)), stream.end(null), stream.end(null)];
        const ended = pieces.findIndex(
          ({ failure, text }) => failure !== null || /\[DONE\]|_stop"|completed"/.test(text),
        );
        expect(ended).toBeGreaterThanOrEqual(0);
        expect(pieces.slice(ended + 1).every(({ text }) => text === '')).toBe(true);
        for (const { text } of pieces) expect(text === '' || text.endsWith('\n\n')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
