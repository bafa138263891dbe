import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { budget, count, end, model, split, start, when } from './__fixtures__/elements.ts';
import { journey, routeOf } from './__fixtures__/world.ts';
import { checkRoute } from './check/check-route.ts';
import type { RouteElement } from './route.ts';

const known = { isProvider: () => true };
const SIZE = 12;
const idOf = (index: number) => (index >= SIZE ? 'e' : `n${index}`);

/** An element of any type whose outputs lead to any of `targets`. */
const element = (id: string, targets: fc.Arbitrary<string>): fc.Arbitrary<RouteElement> => {
  const maybe = fc.option(targets);
  return fc.oneof(
    fc.tuple(targets, targets).map(([yes, no]) => when(id, { 'metadata.plan': 'paid' }, yes, no)),
    fc
      .tuple(targets, targets, fc.boolean())
      .map(([one, other, isSticky]) =>
        split(id, { '30%': one, else: other }, isSticky ? 'metadata.user' : undefined),
      ),
    fc.tuple(targets, maybe).map(([next, fallback]) => count(id, next, fallback)),
    fc.tuple(targets, maybe).map(([next, fallback]) => budget(id, next, fallback)),
    fc.tuple(targets, maybe).map(([next, fallback]) => model(id, next, fallback)),
  );
};

const ids = Array.from({ length: SIZE }, (_, index) => index);
const graphOf = (targets: (index: number) => fc.Arbitrary<string>) =>
  fc
    .tuple(...ids.map((index) => element(idOf(index), targets(index))))
    .map((elements) => [start('n0'), ...elements, end()]);
/** Outputs lead forward only, so it has no circles. */
const acyclic = graphOf((index) => fc.integer({ min: index + 1, max: SIZE }).map(idOf));
const anyGraph = graphOf(() =>
  fc.integer({ min: -1, max: SIZE }).map((to) => (to < 0 ? 'nobody' : idOf(to))),
);

const some = fc.subarray(ids.map(idOf));
const world = fc.record({
  metadata: fc.record({ plan: fc.constantFrom('paid', 'free'), user: fc.constantFrom('ann', 'bob', null) }),
  over: some,
  spent: some,
  failing: some.map((failing) => Object.fromEntries(failing.map((id) => [id, 'status 500']))),
  open: some,
  draws: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 5 }),
});

/** Only what can be reached: the rest would be refused. */
function reached(elements: readonly RouteElement[]): readonly RouteElement[] {
  const byId = new Map(elements.map((one) => [one.id, one]));
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const one = byId.get(id);
    if (!one || seen.has(id)) return;
    seen.add(id);
    for (const { elementId } of Object.values(one.outputs ?? {})) visit(elementId);
  };
  visit('s');
  return elements.filter(({ id }) => seen.has(id));
}

describe('any graph that may be saved', () => {
  it('ends, calls each model at most once, and asks at most one thing of each element and budget', () => {
    fc.assert(
      fc.property(acyclic, world, (graph, met) => {
        const elements = reached(graph);
        expect(checkRoute(elements, known)).toEqual(elements);
        const { calls, counts, moves } = journey(routeOf(elements), met);
        const names = calls.map((call) => call.split(' ')[0]);
        expect(new Set(names).size).toBe(names.length);
        expect(new Set(counts).size).toBe(counts.length);
        const budgets = elements.filter((one) => one.type === 'rate' && one.properties.limitType === 'cost');
        const spared = met.open.filter((id) => elements.some((one) => one.id === id && one.type === 'model'));
        expect(moves).toBeLessThanOrEqual(elements.length + budgets.length + 2 * spared.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('calls somebody where it would have called somebody without passing anybody over', () => {
    fc.assert(
      fc.property(acyclic, world, (graph, { open, ...met }) => {
        const route = routeOf(graph);
        const without = journey(route, met).calls;
        expect(journey(route, { ...met, open }).calls.length > 0).toBe(without.length > 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the same way for the same request and the same draws', () => {
    fc.assert(
      fc.property(acyclic, world, (graph, met) => {
        const route = routeOf(graph);
        expect(journey(route, met).path).toBe(journey(routeOf([...graph]), met).path);
      }),
      { numRuns: 300 },
    );
  });
});

describe('any graph at all', () => {
  it('is answered when it is saved, and ends when it is walked unchecked', () => {
    fc.assert(
      fc.property(anyGraph, world, (graph, met) => {
        checkRoute(graph, known);
        expect(journey(routeOf(graph), met).moves).toBeLessThanOrEqual(
          graph.length * 2 + met.open.length * 2,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('of whatever JSON is checked without an error', () => {
    const keys = fc.constantFrom(
      'id',
      'type',
      'outputs',
      'properties',
      'conditions',
      '$or',
      '$regex',
      '__proto__',
      'true',
      '10%',
    );
    const types = fc.constantFrom(
      'start',
      'conditional',
      'percentage',
      'rate',
      'model',
      'end',
      '(a+)+$',
      'body.x',
    );
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 6 },
        types,
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(keys, tie('json'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        checkRoute(value, known);
        checkRoute([value], known);
        checkRoute([{ id: 'c', type: 'conditional', properties: { conditions: value }, outputs: {} }], known);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a split of 10 %, 50 % and the rest', () => {
  const REQUESTS = 100_000;
  const outputs = { '10%': 'a', '50%': 'b', else: 'c' };
  const elements = (sticky?: string) => [
    start('p'),
    split('p', outputs, sticky),
    model('a'),
    model('b'),
    model('c'),
    end(),
  ];
  const shares = (taken: readonly (string | undefined)[]) =>
    ['a', 'b', 'c'].map((arm) => taken.filter((one) => one === arm).length / REQUESTS);

  it('gives each arm its share of 100,000 requests, within 0.5 %', () => {
    const route = routeOf(elements());
    const draw = seeded(7);
    const taken = Array.from({ length: REQUESTS }, () => journey(route, { draws: [draw()] }).calls[0]);
    shares(taken).forEach((share, index) => {
      expect(Math.abs(share - ([0.1, 0.5, 0.4][index] ?? 0))).toBeLessThan(0.005);
    });
  }, 60_000);

  it('gives each arm its share of 100,000 users, who never change arms: not in a later version either', () => {
    const route = routeOf(elements('metadata.user'));
    const reordered = { else: 'c', '50%': 'b', '10%': 'a' };
    const later = {
      ...routeOf([
        start('p'),
        split('p', reordered, 'metadata.user'),
        model('a'),
        model('b'),
        model('c'),
        end(),
      ]),
      versionId: 'v2',
    };
    const arm = (where: typeof route, user: number) =>
      journey(where, { metadata: { user: `user-${user}` } }).calls[0];
    const taken = Array.from({ length: REQUESTS }, (_, user) => arm(route, user));
    shares(taken).forEach((share, index) => {
      expect(Math.abs(share - ([0.1, 0.5, 0.4][index] ?? 0))).toBeLessThan(0.005);
    });
    for (let user = 0; user < REQUESTS; user += 97) expect(arm(later, user)).toBe(taken[user]);
  }, 60_000);

  it('is another split in another route and another element: the same users are not always first', () => {
    const arm = (route: string, user: number) =>
      journey(routeOf(elements('metadata.user'), route), { metadata: { user } }).calls[0];
    const users = Array.from({ length: 1000 }, (_, user) => user).filter((user) => arm('r1', user) === 'a');
    const both = users.filter((user) => arm('r2', user) === 'a');
    expect(both.length).toBeLessThan(users.length / 2);
  });
});
