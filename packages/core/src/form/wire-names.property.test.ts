import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CALL_ID_64, type NameRule, TOOL_NAME_64, TOOL_NAME_128, wireName, wireNames } from './wire-names.ts';

const GEMINI: NameRule = { forbidden: /[^A-Za-z0-9_.:-]/g, first: /^[A-Za-z_]/, maxLength: 64 };
const RULES = [TOOL_NAME_64, TOOL_NAME_128, CALL_ID_64, GEMINI];

const anyName = fc.oneof(
  fc.string({ maxLength: 200, unit: 'grapheme' }),
  fc.string({ maxLength: 200, unit: fc.constantFrom('a', 'b', '_', '-', '.', ':', ' ', '/', '9') }),
);
const anyRule = fc.constantFrom(...RULES);

describe('a name on the wire', () => {
  test('is one that the target takes, whatever the caller named it', () => {
    fc.assert(
      fc.property(anyName, anyRule, (name, rule) => {
        const wire = wireName(name, rule);
        expect(wire).not.toBe('');
        expect(wire.length).toBeLessThanOrEqual(rule.maxLength);
        expect(wire.search(rule.forbidden)).toBe(-1);
        if (rule.first) expect(wire).toMatch(rule.first);
      }),
    );
  });

  test('stays itself where it may, and is always the same', () => {
    fc.assert(
      fc.property(anyName, anyRule, (name, rule) => {
        const wire = wireName(name, rule);
        expect(wireName(name, rule)).toBe(wire);
        expect(wireName(wire, rule)).toBe(wire);
      }),
    );
    expect(wireName('get_weather', TOOL_NAME_64)).toBe('get_weather');
  });

  test('differs where the names differ', () => {
    fc.assert(
      fc.property(anyName, anyName, anyRule, (one, other, rule) => {
        fc.pre(one !== other);
        expect(wireName(one, rule)).not.toBe(wireName(other, rule));
      }),
    );
    const alike = ['a.b', 'a b', 'a/b', 'a:b', 'a_b', `${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`, '', ' '];
    expect(new Set(alike.map((name) => wireName(name, TOOL_NAME_64))).size).toBe(alike.length);
  });

  test('keeps what can be read of the original', () => {
    expect(wireName('functions.weather:0', CALL_ID_64)).toMatch(/^functions_weather_0_[0-9a-f]{8}$/);
    expect(wireName('9lives', GEMINI)).toMatch(/^_9lives_[0-9a-f]{8}$/);
  });

  test('comes back as the name that the caller gave', () => {
    fc.assert(
      fc.property(fc.array(anyName, { maxLength: 20 }), anyRule, (given, rule) => {
        const names = wireNames(given, rule);
        for (const name of given) expect(names.fromWire(names.toWire(name))).toBe(name);
      }),
    );
  });

  test('that the model made up stays what it is', () => {
    expect(wireNames(['a.b'], TOOL_NAME_64).fromWire('made_up')).toBe('made_up');
  });
});
