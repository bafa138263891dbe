import { describe, expect, it } from '@jest/globals';
import { budget, count, end, model, split, start, when } from '../__fixtures__/elements.ts';
import { ROUTE_CASES } from '../__fixtures__/route-cases.ts';
import { journey, requestOf, routeOf } from '../__fixtures__/world.ts';
import { checkRoute } from '../check/check-route.ts';
import { createRouter } from '../create-router.ts';

const known = { isProvider: () => true };

describe('a request’s way through a route (spec 5.10)', () => {
  it.each(ROUTE_CASES.map((example) => [example.rule, example] as const))(
    '%s',
    (_, { elements, world, path, calls }) => {
      expect(checkRoute(elements, known)).toEqual(elements);
      const taken = journey(routeOf(elements), world);
      expect([taken.path, taken.calls]).toEqual([path, calls]);
      expect(taken.moves).toBeLessThanOrEqual(elements.length);
    },
  );

  it('is checked over at least forty graphs', () => {
    expect(ROUTE_CASES.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ROUTE_CASES.map(({ rule }) => rule)).size).toBe(ROUTE_CASES.length);
  });
});

describe('what a walk asks for', () => {
  const walkOf = (elements: Parameters<typeof routeOf>[0], world = {}) =>
    createRouter().walk(routeOf(elements), requestOf(world), () => 0.5);

  it('is a count under the field’s value, in the element’s window', () => {
    const walk = walkOf([start('r'), count('r', 'a'), model('a'), end()], { metadata: { user: 'ann' } });
    expect(walk.begin()).toEqual({
      kind: 'count',
      count: { element: 'r', value: '"ann"', limit: 10, window: 60_000, technique: 'fixed' },
    });
  });

  it('is a call with the element’s own timeout, retries, and budgets in decimal dollars', () => {
    const slow = {
      ...model('a'),
      properties: { provider: 'openai', model: 'm', timeout: 1500, retries: 2 },
    };
    const walk = walkOf([start('r'), budget('r', 'a'), Object.assign(model('a'), slow), end()]);
    expect(walk.begin()).toEqual({
      kind: 'call',
      element: 'a',
      provider: 'openai',
      model: 'm',
      timeout: 1500,
      retries: 2,
      budgets: [{ element: 'r', value: 'null', limit: '0.5', window: 3_600_000, technique: 'fixed' }],
    });
  });

  it('takes the gateway’s timeout where the element’s is 0', () => {
    expect(walkOf([start('a'), model('a'), end()]).begin()).toMatchObject({ timeout: null });
  });

  it('counts requests without the field together, and never a text as something else', () => {
    const counted = (user?: string | number | null) =>
      journey(routeOf([start('r'), count('r', 'a'), model('a'), end()]), {
        metadata: user === undefined ? {} : { user },
      }).counts;
    expect([counted(), counted(null)]).toEqual([['r null'], ['r null']]);
    expect([counted('null'), counted('5'), counted(5)]).toEqual([['r "null"'], ['r "5"'], ['r 5']]);
  });

  it('hashes a long value, since it becomes a store’s key', () => {
    const world = { body: { user: 'u'.repeat(5000) } };
    const [counted] = journey(
      routeOf([start('r'), count('r', 'a', null, 'body.user'), model('a'), end()]),
      world,
    ).counts;
    expect(counted).toMatch(/^r sha256:[0-9a-f]{32}$/);
  });

  it('throws when it is answered without having asked', () => {
    const walk = walkOf([start('a'), model('a'), end()]);
    expect(() => walk.tried(true, '', 0)).toThrow('no model element waits for an answer');
    walk.begin();
    expect(() => walk.counted(true, 0)).toThrow('no rate element waits for an answer');
  });

  it('takes a budget that is not on the way for a failed call', () => {
    const walk = walkOf([start('a'), model('a', 'e', 'b'), model('b'), end()]);
    walk.begin();
    expect(walk.overBudget('x', 0)).toMatchObject({ kind: 'call', element: 'b' });
  });
});

describe('a trace', () => {
  it('says why, with times, and never what a field held', () => {
    const elements = [
      start('c'),
      when('c', { 'headers.x-mail': 'ann@example.com', 'body.secret': 's3cret' }, 'p', 'e'),
      split('p', { '100%': 'n' }, 'headers.x-mail'),
      count('n', 'r', null, 'headers.x-mail'),
      budget('r', 'a', 'b', 'headers.x-mail'),
      model('a', 'e', 'b'),
      model('b'),
      end(),
    ];
    const world = {
      headers: [['x-mail', 'ann@example.com']] as const,
      body: { secret: 's3cret' },
      failing: { a: 'status 503' },
    };
    const { trace } = journey(routeOf(elements), world);
    expect(trace.map(({ element, why, duration }) => [element, why, duration])).toEqual([
      ['s', 'every way begins here', 0],
      ['c', 'its condition over headers.x-mail, body.secret holds', 0],
      ['p', expect.stringMatching(/^headers\.x-mail #[0-9a-f]{8} always takes this arm$/), 0],
      ['n', expect.stringMatching(/^within 10 requests in 60 s for headers\.x-mail #[0-9a-f]{8}$/), 1],
      [
        'r',
        expect.stringMatching(/^the next model is paid from 0\.5 USD in 3600 s for headers\.x-mail #/),
        0,
      ],
      ['a', 'it failed: status 503', 5],
      ['b', 'it answers', 5],
      ['e', 'the way ends here', 0],
    ]);
    expect(JSON.stringify(trace)).not.toMatch(/ann@|s3cret/);
  });

  it('ends with the limit that ended the way', () => {
    const { trace, why } = journey(routeOf([start('r'), count('r', 'a'), model('a'), end()]), {
      over: ['r'],
    });
    expect(trace.at(-1)).toMatchObject({ element: 'r', type: 'rate', branch: null });
    expect(why).toMatch(
      /^at "r" over 10 requests in 60 s for metadata\.user #[0-9a-f]{8}, and it has no fallback\.$/,
    );
  });

  it('stays small on the longest route: its first and last steps', () => {
    const ids = Array.from({ length: 998 }, (_, index) => `p${index}`);
    const elements = [
      start('p0'),
      ...ids.map((id, index) => split(id, { '100%': ids[index + 1] ?? 'e' })),
      end(),
    ];
    const { trace } = journey(routeOf(elements));
    expect(trace).toHaveLength(100);
    expect([trace[1]?.element, trace.at(-1)?.element]).toEqual(['p0', 'e']);
  });
});

describe('a body', () => {
  it('is parsed once, and only when an element looks at it', () => {
    let reads = 0;
    const bytes = Buffer.from('{"a":1,"b":2}');
    const request = {
      ...requestOf({}),
      get body() {
        reads += 1;
        return bytes;
      },
    };
    const blind = routeOf([start('c'), when('c', { 'metadata.x': 1 }, 'e', 'e'), end()]);
    createRouter()
      .walk(blind, request, () => 0)
      .begin();
    expect(reads).toBe(0);
    const looking = routeOf([
      start('c'),
      when('c', { 'body.a': 1, 'body.b': 2, 'body.c': null }, 'e', 'e'),
      end(),
    ]);
    createRouter()
      .walk(looking, request, () => 0)
      .begin();
    expect(reads).toBe(1);
    const broken = routeOf([
      start('c'),
      when('c', { $nor: [{ 'body.a': 1 }, { 'body.b': 2 }] }, 'e', 'e'),
      end(),
    ]);
    const torn = {
      ...requestOf({}),
      get body() {
        reads += 1;
        return Buffer.from('{');
      },
    };
    createRouter()
      .walk(broken, torn, () => 0)
      .begin();
    expect(reads).toBe(2);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])('has no %s', (name) => {
    const condition = JSON.parse(`{"body.a":{"$exists":true},"body.${name}":{"$exists":true}}`);
    const body = Buffer.from('{"a":1,"__proto__":{"x":1},"constructor":1,"prototype":1}');
    const elements = [start('c'), when('c', condition, 'a', 'b'), model('a'), model('b'), end()];
    expect(journey(routeOf(elements), { body }).calls).toEqual(['b']);
  });

  it('nested deeper than 100 has no fields', () => {
    const elements = [start('c'), when('c', { 'body.a': 1 }, 'a', 'b'), model('a'), model('b'), end()];
    const nested = (depth: number) => Buffer.from(`{"a":1,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(journey(routeOf(elements), { body: nested(99) }).calls).toEqual(['a']);
    expect(journey(routeOf(elements), { body: nested(100) }).calls).toEqual(['b']);
    expect(journey(routeOf(elements), { body: nested(1_000_000) }).calls).toEqual(['b']);
    const quoted = Buffer.from(`{"a":1,"x":"\\"${'['.repeat(500)}\\\\"}`);
    expect(journey(routeOf(elements), { body: quoted }).calls).toEqual(['a']);
  });

  it('credentials are no fields', () => {
    const elements = [
      start('c'),
      when('c', { 'headers.authorization': { $exists: true } }, 'a', 'b'),
      model('a'),
      model('b'),
      end(),
    ];
    const headers = [['authorization', 'Bearer x']] as const;
    expect(journey(routeOf(elements), { headers }).calls).toEqual(['b']);
  });
});
