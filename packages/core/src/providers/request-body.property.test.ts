import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isRefusal } from '../errors/refusal.ts';
import { askForUsage, readModel, rewriteModel } from './request-body.ts';

const bytes = (text: string) => Buffer.from(text);
const parse = (body: Uint8Array): unknown => JSON.parse(Buffer.from(body).toString());

/** JSON text of a value with white space wherever the grammar allows it. */
const space = fc.constantFrom('', ' ', '\n', '\t \r\n');
const spaced = (value: unknown, gap: string): string => {
  if (Array.isArray(value))
    return `[${gap}${value.map((it) => spaced(it, gap)).join(`${gap},${gap}`)}${gap}]`;
  if (typeof value === 'object' && value !== null)
    return `{${gap}${Object.entries(value)
      .map(([key, it]) => `${JSON.stringify(key)}${gap}:${gap}${spaced(it, gap)}`)
      .join(`${gap},${gap}`)}${gap}}`;
  return JSON.stringify(value);
};

/** A key as JSON may write it: plain, or with its first character escaped. */
const written = (key: string) =>
  fc.constantFrom(
    JSON.stringify(key),
    `"\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}"`,
  );

const member = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(written('model'), fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue())),
  },
  fc.tuple(written('stream'), fc.oneof(fc.boolean(), fc.jsonValue())),
  fc.tuple(
    written('stream_options'),
    fc.oneof(
      fc.record(
        { include_usage: fc.oneof(fc.boolean(), fc.constant(null)), model: fc.string() },
        { requiredKeys: [] },
      ),
      fc.constant(null),
      fc.jsonValue(),
    ),
  ),
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.string().map((it) => JSON.stringify(it)),
      fc.jsonValue(),
    ),
  },
);

/** A request body with duplicates, nesting, escapes and odd white space. */
const requestBody = fc
  .tuple(fc.array(member, { maxLength: 8 }), space)
  .map(
    ([members, gap]) =>
      `${gap}{${gap}${members.map(([key, value]) => `${key}${gap}:${gap}${spaced(value, gap)}`).join(`${gap},${gap}`)}${gap}}${gap}`,
  );

const record = (value: unknown) => value as Record<string, unknown>;

describe('reading', () => {
  test('a body is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(requestBody, (text) => {
        const parsed = record(JSON.parse(text));
        const { model, provider, stream, stream_options: options } = parsed;
        expect(readModel(bytes(text))).toEqual({
          model: typeof model === 'string' ? model : null,
          pin: typeof provider === 'string' ? provider : null,
          members: new Set(Object.keys(parsed)),
          stream: stream === true,
          asksForUsage:
            typeof options === 'object' &&
            options !== null &&
            !Array.isArray(options) &&
            record(options).include_usage === true,
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('a damaged body is refused exactly when JSON.parse refuses it', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.string({ maxLength: 2, unit: fc.constantFrom(...'{}[]",:\\u0-1.eE+ntf \n\u0001é') }),
    );
    fc.assert(
      fc.property(requestBody, fc.array(damage, { minLength: 1, maxLength: 3 }), (text, damages) => {
        let damaged = text;
        for (const [where, cut, put] of damages) {
          const at = where % (damaged.length + 1);
          damaged = damaged.slice(0, at) + put + damaged.slice(at + cut);
        }
        // A cut pair of surrogates becomes U+FFFD in bytes, for both readers alike.
        const body = bytes(damaged);
        let parsed: unknown;
        try {
          parsed = parse(body);
        } catch {
          parsed = undefined;
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        expect([damaged, !isRefusal(readModel(body))]).toEqual([damaged, isObject]);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('rewriting', () => {
  test('only the values of top-level model change, and the result parses to the original with another model', () => {
    fc.assert(
      fc.property(requestBody, fc.string({ unit: 'grapheme' }), (text, model) => {
        const original = record(JSON.parse(text));
        const rewritten = rewriteModel(bytes(text), model);
        if (!('model' in original)) {
          expect(rewritten).toBeNull();
          return;
        }
        expect(rewritten).not.toBeNull();
        if (rewritten) expect(parse(rewritten)).toEqual({ ...original, model });
      }),
      { numRuns: 1_000 },
    );
  });

  test('every byte around the one model value stays where it was', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.string(), fc.jsonValue()).filter(([key]) => key !== 'model'),
          { maxLength: 4 },
        ),
        fc.nat({ max: 4 }),
        fc.jsonValue(),
        fc.string(),
        space,
        (others, at, old, model, gap) => {
          const members = others.map(
            ([key, value]) => `${JSON.stringify(key)}${gap}:${gap}${spaced(value, gap)}`,
          );
          const where = Math.min(at, members.length);
          const before = ['', ...members.slice(0, where)].join(',').slice(1);
          const head = `{${before}${before ? ',' : ''}"model"${gap}:${gap}`;
          const tail = `${gap}${members
            .slice(where)
            .map((it) => `,${it}`)
            .join('')}}${gap}`;
          const rewritten = rewriteModel(bytes(head + JSON.stringify(old) + tail), model);
          expect(Buffer.from(rewritten ?? []).toString()).toBe(head + JSON.stringify(model) + tail);
        },
      ),
    );
  });

  test('asking for usage changes stream_options.include_usage and nothing else', () => {
    fc.assert(
      fc.property(requestBody, (text) => {
        const original = record(JSON.parse(text));
        const { body, hide } = askForUsage(bytes(text));
        const facts = readModel(body);
        if (isRefusal(facts)) throw new Error(facts.message);
        if (!hide) {
          expect(Buffer.from(body).toString()).toBe(text);
          return;
        }
        expect(original.stream).toBe(true);
        expect(facts.asksForUsage).toBe(true);
        const asked = record(parse(body));
        const before = original.stream_options;
        expect(asked).toEqual({
          ...original,
          stream_options: { ...(before ? record(before) : {}), include_usage: true },
        });
        expect(askForUsage(body)).toEqual({ body, hide: false });
      }),
      { numRuns: 1_000 },
    );
  });
});
