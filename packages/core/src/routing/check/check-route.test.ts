import { describe, expect, it } from '@jest/globals';
import { budget, count, end, model, split, start, when } from '../__fixtures__/elements.ts';
import { ROUTE_BOUNDS } from '../bounds.ts';
import { checkRoute } from './check-route.ts';

const known = { isProvider: (name: string) => name === 'openai' };
const faultsOf = (elements: unknown) => {
  const checked = checkRoute(elements, known);
  return 'faults' in checked ? checked.faults : [];
};
const said = (elements: unknown) => faultsOf(elements).map(({ message }) => message);
const route = (...elements: readonly unknown[]) => [start('x'), ...elements, end()];
const changed = (element: object, properties: object) => ({
  ...element,
  properties: { ...('properties' in element ? Object(element.properties) : {}), ...properties },
});

describe('a route’s elements, when they are saved (spec 5.10-10)', () => {
  it('are taken as they are when nothing is wrong with them', () => {
    const elements = [
      start('c'),
      when('c', { 'metadata.plan': 'paid' }, 'p', 'n'),
      split('p', { '10%': 'a', else: 'r' }, 'metadata.user'),
      count('n', 'a', 'e'),
      budget('r', 'a'),
      model('a', 'e', 'b'),
      model('b'),
      end(),
    ];
    expect(checkRoute(elements, known)).toEqual(elements);
  });

  it('are taken with the empty properties and outputs that some clients send', () => {
    const sent = [
      { ...start('e'), properties: {} },
      { id: 'e', type: 'end', properties: {} },
    ];
    expect(checkRoute(sent, known)).toEqual([start('e'), end()]);
  });

  it('tell every fault at once, each with its element and its place', () => {
    const faults = faultsOf([
      { ...start('c'), note: 1 },
      {
        id: 'c',
        type: 'conditional',
        properties: { conditions: { plan: 1 } },
        outputs: { true: { elementId: 'e' } },
      },
      model('a'),
      { id: 'z', type: 'loop' },
    ]);
    expect(faults.map(({ element, path }) => [element, path.join('.')])).toEqual([
      ['s', 'elements.0'],
      ['c', 'elements.1.outputs.false'],
      ['z', 'elements.3'],
    ]);
    expect(faults[0]?.message).toBe('Element "s": "note" is not known here: remove it');
  });

  it.each<[string, unknown, string]>([
    ['no array', {}, 'A route needs its elements'],
    ['no elements', [], 'A route needs its elements'],
    [
      'an element that is none',
      [null],
      'The element at index 0: must be an object whose type is one of start',
    ],
    ['an unknown type', [{ id: 'x', type: 'switch' }], 'Element "x": must be an object whose type'],
    ['no start', [end()], 'The route has no start: add an element of type "start".'],
    [
      'two starts',
      [start('e'), start('e', 't'), end()],
      'Element "t": a route has exactly one start: remove this one.',
    ],
    ['no end', [start('a'), changed(model('a'), {}), { ...model('b'), outputs: {} }], 'must be {"elementId"'],
    ['an id twice', [...route(model('x')), model('x')], 'Element "x": its id is taken'],
    [
      'an output to nobody',
      route(model('x', 'nobody')),
      'its output "success" leads to "nobody", which is no element',
    ],
    ['an element that leads to itself', route(model('x', 'e', 'x')), 'its output "fallback" leads to itself'],
    [
      'a circle',
      route(model('x', 'e', 'y'), model('y', 'e', 'x')),
      'Element "y": its output "fallback" leads back to "x", in a circle',
    ],
    ['a way back to the start', route(model('x', 'e', 's')), 'leads back to "s", in a circle'],
    ['an element that no way leads to', route(model('x'), model('y')), 'Element "y": no way leads to it'],
    [
      'an end that no way leads to',
      [start('x'), model('x', 'y', 'y'), { ...model('y'), outputs: { success: { elementId: 'x' } } }, end()],
      'No way reaches an end',
    ],
    [
      'an unknown provider',
      route(changed(model('x'), { provider: 'opemai' })),
      'there is no provider "opemai"',
    ],
    [
      'a share over 100 %',
      route(split('x', { '60%': 'e', '50%': 'e' })),
      'the shares sum to 110 %: lower them to 100 %',
    ],
    [
      'a share under 100 %',
      route(split('x', { '60%': 'e' })),
      'the shares sum to 60 %: raise them to 100 %, or add the output "else"',
    ],
    ['more than all, and else', route(split('x', { '101%': 'e', else: 'e' })), 'the shares sum to 101 %'],
    ['a share that is none', route(split('x', { ten: 'e' })), 'the output "ten" is no share'],
    ['a negative share', route(split('x', { '-10%': 'e', '110%': 'e' })), 'the output "-10%" is no share'],
    ['no share', route(split('x', {})), 'a split needs at least one output'],
    [
      '21 outputs',
      route(
        split('x', Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`${index / 100}%`, 'e']))),
      ),
      'a split has at most 20 outputs, this one 21',
    ],
    ['a sticky field that is none', route(split('x', { '100%': 'e' }, 'user')), '"user" is no field'],
    [
      'an unknown operator',
      route(when('x', { 'metadata.a': { $where: '1' } }, 'e', 'e')),
      '"$where" is no operator here',
    ],
    [
      'an operator around fields that is none',
      route(when('x', { $expr: {} }, 'e', 'e')),
      '"$expr" is no operator here',
    ],
    [
      'an operator in a value',
      route(when('x', { 'body.a': { b: { $gt: 1 } } }, 'e', 'e')),
      '"$gt" stands inside a value',
    ],
    [
      'a mix of operators and values',
      route(when('x', { 'body.a': { $eq: 1, b: 2 } }, 'e', 'e')),
      '"b" is no operator here',
    ],
    ['an empty $or', route(when('x', { $or: [] }, 'e', 'e')), 'must be an array of at least one condition'],
    ['an $in of one', route(when('x', { 'body.a': { $in: 1 } }, 'e', 'e')), 'must be an array of values'],
    [
      'a $gt of nothing',
      route(when('x', { 'body.a': { $gt: null } }, 'e', 'e')),
      'must be a number or a text',
    ],
    ['an $exists of 1', route(when('x', { 'body.a': { $exists: 1 } }, 'e', 'e')), 'must be true or false'],
    ['$options alone', route(when('x', { 'body.a': { $options: 'i' } }, 'e', 'e')), 'belongs to a $regex'],
    [
      'unknown $options',
      route(when('x', { 'body.a': { $regex: 'a', $options: 'g' } }, 'e', 'e')),
      '$options takes',
    ],
    [
      'a condition that is a text',
      route(when('x', 'metadata.plan', 'e', 'e')),
      'must be an object of fields',
    ],
    [
      'no condition',
      route({ ...when('x', {}, 'e', 'e'), properties: {} }),
      '(properties.conditions): must be an object of fields',
    ],
    ['a field without a name', route(when('x', { 'body.': 1 }, 'e', 'e')), '"body." is no field'],
    [
      'a field with an empty name',
      route(when('x', { 'body.a..b': 1 }, 'e', 'e')),
      'an empty name between two dots',
    ],
    [
      'a field in a prototype',
      route(when('x', { 'body.__proto__.a': 1 }, 'e', 'e')),
      'prototypes are not looked into',
    ],
    [
      'a header with a secret',
      route(when('x', { 'headers.Authorization': 'a' }, 'e', 'e')),
      'carries a secret',
    ],
    [
      'an expression with lookahead',
      route(when('x', { 'body.a': { $regex: '(?=a)b' } }, 'e', 'e')),
      'cannot be read as RE2',
    ],
    [
      'an expression with a back-reference',
      route(when('x', { 'body.a': { $regex: '(a)\\1' } }, 'e', 'e')),
      'cannot be read as RE2',
    ],
    [
      'an expression that repeats too much',
      route(when('x', { 'body.a': { $regex: '(a{30}){30}' } }, 'e', 'e')),
      'repeats too much',
    ],
    [
      'a long expression',
      route(when('x', { 'body.a': { $regex: 'a'.repeat(257) } }, 'e', 'e')),
      'at most 256 characters',
    ],
    [
      'a negative limit',
      route(changed(count('x', 'e'), { limit: -1 })),
      'must be a number of requests from 0 to',
    ],
    [
      'a limit that is no number',
      route(changed(budget('x', 'e'), { limit: Number.NaN })),
      'must be a number of US dollars',
    ],
    ['half a request', route(changed(count('x', 'e'), { limit: 1.5 })), 'must be a whole number'],
    [
      'a window of nothing',
      route(changed(count('x', 'e'), { window: 0 })),
      'must be a number of seconds from 1',
    ],
    [
      'a limit of neither kind',
      route(changed(count('x', 'e'), { limitType: 'tokens' })),
      '"count" or "cost"',
    ],
    ['a key that is no field', route(changed(count('x', 'e'), { key: 'user' })), '"user" is no field'],
    ['an unknown technique', route(changed(count('x', 'e'), { technique: 'leaky' })), '"fixed" or "sliding"'],
    ['too many retries', route(changed(model('x'), { retries: 6 })), 'from 0 to 5'],
    ['a negative timeout', route(changed(model('x'), { timeout: -1 })), 'from 0 to 900000'],
    ['a timeout over the function’s', route(changed(model('x'), { timeout: 900_001 })), 'from 0 to 900000'],
    ['no model', route(changed(model('x'), { model: '' })), 'must be the name of a model'],
    ['an id of 65 characters', route({ ...model('x'), id: 'x'.repeat(65) }), 'must be 1 to 64 letters'],
    ['an id with other characters', route({ ...model('x'), id: 'a#b' }), 'must be 1 to 64 letters'],
    [
      'an id that reaches prototypes',
      route({ ...model('x'), id: 'constructor' }),
      '(id): is a name that no element may have',
    ],
    [
      'outputs of an end',
      [start('e'), { ...end(), outputs: { next: { elementId: 's' } } }],
      '"next" is not known here',
    ],
    [
      'a key that reaches prototypes',
      JSON.parse('[{"id":"s","type":"start","outputs":{"__proto__":{"elementId":"e"}}}]'),
      'No key may be named "__proto__"',
    ],
    [
      'a constructor in a condition',
      route(when('x', { 'body.a': { constructor: { prototype: 1 } } }, 'e', 'e')),
      'No key may be named',
    ],
  ])('are refused with %s', (_, elements, message) => {
    expect(said(elements).join('\n')).toContain(message);
  });

  it('are refused with more regular expressions than may run for one request', () => {
    const patterns = Array.from({ length: 21 }, (_, index) => ({ 'body.a': { $regex: `a${index}` } }));
    expect(said(route(when('x', { $or: patterns }, 'e', 'e')))[0]).toContain(
      'at most 20 regular expressions, this one has 21',
    );
  });

  it('are refused with more fields than a condition may have', () => {
    const terms = Array.from({ length: 201 }, (_, index) => ({ 'body.a': index }));
    expect(said(route(when('x', { $or: terms }, 'e', 'e')))[0]).toContain('at most 200 fields and operators');
  });

  it('are answered at once, however many or deep they are', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      split(`p${index}`, { '100%': `p${index + 1}` }),
    );
    expect(said([start('p0'), ...many, end('p10000')])).toEqual([
      'A route has at most 1000 elements, this one has 10002: make several routes of it.',
    ]);
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = { $not: deep };
    expect(said(route({ ...when('x', {}, 'e', 'e'), properties: { conditions: deep } }))[0]).toContain(
      'nested more than',
    );
    const large = when('x', { 'body.a': 'a'.repeat(ROUTE_BOUNDS.size) }, 'e', 'e');
    expect(said(route(large))[0]).toContain('more than 200000 bytes');
    // As it is kept, `1e20` has 21 digits, and an item 400 KB.
    const digits = when('x', { 'body.a': Array(21_000).fill(1e20) }, 'e', 'e');
    expect(said(route(digits))[0]).toContain('more than 200000 bytes');
  });

  it('may be a chain of all the elements that a route may have', () => {
    const ids = Array.from({ length: ROUTE_BOUNDS.elements - 2 }, (_, index) => `p${index}`);
    const chain = ids.map((id, index) => split(id, { '100%': ids[index + 1] ?? 'e' }));
    expect(faultsOf([start('p0'), ...chain, end()])).toEqual([]);
  });
});
