import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { grammarFaults } from '../../form/stream-grammar.ts';
import type { Frame, ProviderDialect } from '../provider-dialect.ts';
import { decodeContext } from './exchange.ts';

/** Objects made of a format's own words, each with a good value, a wrong one or none: nearer to real than plain noise. */
export function likely(shapes: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom<unknown>(null, '', 'null', 0, -1, [], {}, true, [null], 'text');
  // By hand three levels deep: left to itself, a recursion of so many keys grows without end.
  let anything: fc.Arbitrary<unknown> = wrong;
  for (let depth = 0; depth < 3; depth += 1) {
    const inner = fc.oneof({ weight: 3, arbitrary: wrong }, { weight: 1, arbitrary: anything });
    const members = Object.entries(shapes).map(([key, good]) => [
      key,
      good.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...good) }, inner) : inner,
    ]);
    const object = fc.record(Object.fromEntries(members), { requiredKeys: [] });
    anything = fc.oneof({ weight: 3, arbitrary: object }, fc.array(object, { maxLength: 2 }));
  }
  return anything;
}

/** Whatever comes, a decoder does not throw and its events follow the grammar. */
export function expectTolerant(dialect: ProviderDialect, answers: fc.Arbitrary<unknown>): void {
  const anything = fc.oneof({ weight: 3, arbitrary: answers }, { weight: 1, arbitrary: fc.jsonValue() });
  fc.assert(
    fc.property(anything, (answer) => {
      const result = dialect.decodeResponse(answer as never, decodeContext());
      expect('kind' in result ? result.kind : 'answer').toMatch(/^(?:error|answer)$/);
    }),
    { numRuns: 500 },
  );
  const frame: fc.Arbitrary<Frame> = fc.oneof(
    {
      weight: 8,
      arbitrary: anything.map((it): Frame => ({ kind: 'sse', name: '', data: JSON.stringify(it) })),
    },
    { weight: 1, arbitrary: fc.string().map((data): Frame => ({ kind: 'sse', name: '', data })) },
    { weight: 1, arbitrary: fc.constant<Frame>({ kind: 'sse', name: '', data: '[DONE]' }) },
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const decoder = dialect.decodeStream(decodeContext());
      const events = [...frames.flatMap((it) => decoder.push(it)), ...decoder.end(), ...decoder.end()];
      expect(grammarFaults(events)).toEqual([]);
    }),
    { numRuns: 500 },
  );
}

/** An object nested deeper than the stack goes: it can be parsed, and not written again. */
export function bottomless(): unknown {
  let value: unknown = {};
  for (let depth = 0; depth < 100_000; depth += 1) value = { a: value };
  return value;
}
