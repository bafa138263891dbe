import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LocalFunction } from '../functions/local-function.ts';
import { type Route, RouteTable } from './route-table.ts';

const PARTS = ['a', 'b', '{x}', '{rest+}'];
const METHODS = ['GET', 'POST', 'ANY'];

/** Resources whose greedy part, if any, is the last one, each with one method. */
const resources = fc.uniqueArray(
  fc.record({
    parts: fc
      .array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 4 })
      .filter((parts) => !parts.slice(0, -1).includes('{rest+}')),
    method: fc.constantFrom(...METHODS),
  }),
  { selector: ({ parts, method }) => `${method} /${parts.join('/')}`, maxLength: 12 },
);
const paths = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });

const route = (resource: string): Route => ({
  resource,
  resourceId: resource,
  target: {} as LocalFunction,
  streaming: false,
  timeoutMs: 1,
});

const matches = (parts: readonly string[], segments: readonly string[]) =>
  (parts.at(-1) === '{rest+}' ? segments.length >= parts.length : segments.length === parts.length) &&
  parts.every((part, index) => part.startsWith('{') || part === segments[index]);

/** Fixed before variable before greedy, compared from the left: a text that sorts. */
const rank = (parts: readonly string[]) =>
  parts.map((part) => (part === '{rest+}' ? '2' : part === '{x}' ? '1' : '0')).join('');

test('the route is the most specific resource that matches, and the method is its own or ANY', () => {
  fc.assert(
    fc.property(resources, paths, fc.constantFrom('GET', 'POST', 'PUT'), (declared, segments, method) => {
      const table = new RouteTable();
      for (const { parts, method: own } of declared)
        table.add(parts, own, route(`${own} /${parts.join('/')}`));
      const candidates = declared
        .filter(({ parts }) => matches(parts, segments))
        .toSorted((a, b) => rank(a.parts).localeCompare(rank(b.parts)));
      const best = candidates[0]?.parts.join('/');
      const ofBest = candidates.filter(({ parts }) => parts.join('/') === best);
      const expected = ofBest.find((it) => it.method === method) ?? ofBest.find((it) => it.method === 'ANY');
      const found = table.find(method, `/${segments.join('/')}`);
      expect(found?.route.resource).toBe(expected && `${expected.method} /${expected.parts.join('/')}`);
    }),
    { numRuns: 2_000 },
  );
});

test('values of placeholders put into the resource give back the path', () => {
  fc.assert(
    fc.property(resources, paths, (declared, segments) => {
      const table = new RouteTable();
      for (const { parts } of declared) table.add(parts, 'ANY', route(`/${parts.join('/')}`));
      const path = `/${segments.join('/')}`;
      const found = table.find('GET', path);
      fc.pre(found !== null);
      // Two placeholders of one name share a value, so only resources without a repeated name can be put together again.
      const names = found?.route.resource.match(/\{x\}/g) ?? [];
      fc.pre(names.length < 2);
      const filled = found?.route.resource.replace(
        /\{(\w+)\+?\}/g,
        (_, name) => found.pathParameters?.[name] ?? '?',
      );
      expect(filled).toBe(path);
    }),
  );
});
