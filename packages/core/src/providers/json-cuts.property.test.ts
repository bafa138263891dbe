import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CutPath, cutOut } from './json-cuts.ts';

const cut = (text: string, ...paths: readonly CutPath[]) =>
  Buffer.from(cutOut(Buffer.from(text), paths)).toString();

/** All places in a value, the root left out. */
const placesIn = (value: unknown, path: CutPath = []): CutPath[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => {
        const at = [...path, Array.isArray(value) ? Number(key) : key];
        return [at, ...placesIn(inner, at)];
      })
    : [];

const leadsTo = (cuts: readonly CutPath[], path: CutPath) =>
  cuts.some((it) => it.length === path.length && it.every((key, at) => String(key) === String(path[at])));

function without(value: unknown, cuts: readonly CutPath[], path: CutPath = []): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, inner]) => [key, inner, [...path, key]] as const)
    .filter(([, , at]) => !leadsTo(cuts, at))
    .map(([key, inner, at]) => [key, without(inner, cuts, at)] as const);
  return Array.isArray(value) ? kept.map(([, inner]) => inner) : Object.fromEntries(kept);
}

describe('cutting places out of a JSON text', () => {
  it.each([
    ['{"a":1, "b" : 2 ,"c":3}', [['b']], '{"a":1 ,"c":3}'],
    ['{ "a":1, "b":2 }', [['a']], '{ "b":2 }'],
    ['{ "a":1, "b":2 }', [['a'], ['b']], '{ }'],
    ['{"m":[ {"x":1.0,"y":[1,2,3]} , 1e2 ]}', [['m', 0, 'y', 1]], '{"m":[ {"x":1.0,"y":[1,3]} , 1e2 ]}'],
    ['{"a":1,"a":2,"b":1}', [['a']], '{"b":1}'],
    ['{"\\u0061":1,"b":"\\u00e9"}', [['a']], '{"b":"\\u00e9"}'],
    ['{"a":"text"}', [['a', 0], ['z'], ['a', 'b', 'c']], '{"a":"text"}'],
  ] as const)('%s without %j', (text, paths, expected) => {
    expect(cut(text, ...paths)).toBe(expected);
  });

  it('leaves what a reader finds without those places, whatever else there is', () => {
    const cases = fc
      .tuple(
        fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())),
        fc.constantFrom(0, 2),
      )
      .chain(([value, indent]) => {
        const text = JSON.stringify(value, null, indent);
        const read: unknown = JSON.parse(text);
        const places = placesIn(read);
        return fc.tuple(
          fc.constant(text),
          fc.constant(read),
          fc.subarray(places, { maxLength: Math.min(6, places.length) }),
        );
      });
    fc.assert(
      fc.property(cases, ([text, read, cuts]) => {
        expect(JSON.parse(cut(text, ...cuts))).toEqual(without(read, cuts));
      }),
    );
  });

  it('changes no byte where there is nothing to cut', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(cut(text, ['no', 'such', 'place', 'here'])).toBe(text);
      }),
    );
  });
});
