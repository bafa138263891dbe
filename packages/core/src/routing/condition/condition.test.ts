import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '../../gateway/json-value.ts';
import { PROVIDERS } from '../../providers/registry.ts';
import { isCredentialHeader } from '../field-path.ts';
import { compileCondition } from './compile-condition.ts';
import { compilePattern } from './pattern.ts';
import { patternSize } from './pattern-size.ts';

const test = (pattern: string, text: string, options = '') => {
  const compiled = compilePattern(pattern, options);
  return typeof compiled === 'string' ? compiled : compiled.test(text);
};

describe('a regular expression', () => {
  it.each([
    ['^(a+)+$', false],
    ['(a|aa)+$', false],
    ['(a|a)*b', false],
    ['(x+x+)+y', false],
    ['([a-zA-Z]+)*!$', true],
    ['(.*)*(.*)*(.*)*[^a]$', true],
  ])('that would explode elsewhere takes time linear in the text: %s', (pattern, expected) => {
    // With a backtracking engine none of these returns within a lifetime.
    expect(test(pattern, `${'a'.repeat(4000)}!`)).toBe(expected);
  });

  it('looks at the first 4,096 characters of a text', () => {
    expect(test('b', `${'a'.repeat(4095)}b`)).toBe(true);
    expect(test('b', `${'a'.repeat(4096)}b`)).toBe(false);
  });

  it('takes options', () => {
    expect([test('^B', 'a\nb', 'im'), test('a.b', 'a\nb', 's'), test('B', 'b')]).toEqual([true, true, false]);
  });

  it('is refused by its size before it is compiled', () => {
    expect(patternSize('[a-z]{1,63}')).toBeGreaterThan(60);
    expect(patternSize('\\d{4}-\\d{2}-\\d{2}')).toBeLessThan(30);
    expect(patternSize('((a{100}){100}){100}')).toBeGreaterThan(1_000_000);
    expect(patternSize('[]{9}]{3}')).toBeLessThan(10);
    expect(test('.{0,1000}'.repeat(20), 'a')).toContain('repeats too much');
    expect(test('(((((a{2}){2}){2}){2}){2}){9}', 'a')).toContain('repeats too much');
  });

  it('of any characters is compiled or refused, never an error, and then matches any text', () => {
    const parts = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '{2,9}',
      '{',
      '*',
      '+',
      '?',
      '\\',
      '|',
      '^',
      '$',
      '.',
      '\\p{L}',
      '[[:alpha:]]',
      '(?i)',
      '(?P<n>',
      'é',
      '😀',
      '\\Q',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.string({ unit: 'binary' }), (pieces, text) => {
        expect(['string', 'boolean']).toContain(typeof test(pieces.join(''), text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a condition', () => {
  it('that was never checked does not reach the matcher', () => {
    for (const hostile of [
      { $where: 'process.exit(1)' },
      { 'body.a': { $where: 'process.exit(1)' } },
      { 'body.a': { $elemMatch: { $where: '1' } } },
      { $and: [{ $where: '1' }] },
      { 'body.a': { $not: { $where: '1' } } },
      { 'body.a': { $regex: '(?=a)' } },
      JSON.parse('{"body.a":{"__proto__":{"x":1}}}'),
      null,
      'metadata.plan',
    ])
      expect(compileCondition(hostile)).toBeNull();
  });

  it('looks at the first 16 values of an array, and the first 256 characters of each', () => {
    const holds = (value: readonly string[]) =>
      compileCondition({ 'body.a': { $regex: 'b' } })?.holds(() => [...value]);
    const filled = (index: number) => Array.from({ length: 40 }, (_, at) => (at === index ? 'b' : 'a'));
    expect([holds(filled(15)), holds(filled(16)), holds([`${'a'.repeat(256)}b`])]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('looks at the first 100 values of an array, arrays within it counted, whatever it asks of them', () => {
    const holds = (condition: JsonValue, value: JsonValue) =>
      compileCondition({ 'body.a': condition })?.holds(() => value);
    const at = (index: number) => Array.from({ length: 1_000 }, (_, place) => (place === index ? 'b' : 'a'));
    for (const condition of ['b', { $in: ['b', 'c'] }, { $gt: 'a' }, { $not: { $ne: 'b' } }])
      expect([holds(condition, at(99)), holds(condition, at(100))]).toEqual([true, false]);
    expect([holds({ $nin: ['b'] }, at(99)), holds({ $nin: ['b'] }, at(100))]).toEqual([false, true]);
    // An array within one counts as a value, and so does each of its own.
    expect([holds('b', [at(98)]), holds('b', [at(99)])]).toEqual([true, false]);
    expect([holds('b', [Array(99).fill('a'), 'b']), holds('b', [Array(98).fill('a'), 'b'])]).toEqual([
      false,
      true,
    ]);
  });

  it('takes no array for another that only begins like it', () => {
    const holds = (literal: JsonValue, value: JsonValue) =>
      compileCondition({ 'body.a': { $eq: literal } })?.holds(() => value);
    const ones = (length: number) => Array<number>(length).fill(1);
    expect([holds(ones(100), ones(100)), holds(ones(100), ones(101)), holds(ones(101), ones(200))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('gives the same answer each time it is asked', () => {
    const condition = compileCondition({
      $or: [{ 'body.a': { $nin: [1] } }, { 'body.b': { $not: { $gt: 2 } } }],
    });
    const ask = (value: number) => condition?.holds(() => value);
    expect([ask(1), ask(5), ask(1), ask(5)]).toEqual([true, true, true, true]);
    const strict = compileCondition({ 'body.a': { $nin: [1] }, 'body.b': { $not: { $gt: 2 } } });
    const askStrictly = (value: number) => strict?.holds(() => value);
    expect([askStrictly(1), askStrictly(2), askStrictly(1), askStrictly(2)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

it('no header in which a provider takes a credential can be looked at', () => {
  const open = PROVIDERS.flatMap(({ credentialHeaders }) => credentialHeaders).filter(
    (name) => !isCredentialHeader(name),
  );
  expect(open).toEqual([]);
});
