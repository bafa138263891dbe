import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BucketDimension, spendBucketOf } from './spend-bucket.ts';

/** What somebody would send who wants another's bucket, or a store's key to break. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('=', ',', ' ', '%', '~', '#', '2', '0', '(', ')', '\ud800', '\udc00') }),
  fc.constantFrom('(none)', '(all)', '', 'x, model=y', '%7E', '~', 'a'.repeat(97), 'é'.repeat(50)),
  fc.string({ minLength: 90, maxLength: 2_000 }),
  fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
);
const value = fc.option(hostile);

const dimensions: fc.Arbitrary<readonly BucketDimension[]> = fc
  .record({
    provider: fc.option(value, { nil: undefined }),
    model: fc.option(value, { nil: undefined }),
    metadata: fc.uniqueArray(fc.tuple(hostile, value), { selector: ([key]) => key, maxLength: 6 }),
  })
  .map(({ provider, model, metadata }) => [
    ...(provider === undefined ? [] : [{ name: 'provider' as const, value: provider }]),
    ...(model === undefined ? [] : [{ name: 'model' as const, value: model }]),
    ...metadata.map(([key, said]) => ({ name: 'metadata' as const, key, value: said })),
  ]);

/** In which order a rule lists its keys makes no difference; everything else does. */
const meaning = (given: readonly BucketDimension[]) =>
  JSON.stringify(given.map((it) => JSON.stringify([it.name, 'key' in it ? it.key : null, it.value])).sort());

describe('buckets', () => {
  it('are the same for the same values, and others for other values', () => {
    fc.assert(
      fc.property(dimensions, dimensions, (one, other) => {
        expect(spendBucketOf(one) === spendBucketOf(other)).toBe(meaning(one) === meaning(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('differ where one value does', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const bucket = (said: string | null) => spendBucketOf([{ name: 'model', value: said }]);
        expect(bucket(one) === bucket(other)).toBe(one === other);
      }),
      { numRuns: 5_000 },
    );
  });

  it('are the same in whatever order the rule lists its keys', () => {
    const shuffled = dimensions.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
    );
    fc.assert(fc.property(shuffled, ([one, other]) => expect(spendBucketOf(other)).toBe(spendBucketOf(one))));
  });

  it('are short and plain, whatever somebody sends', () => {
    fc.assert(
      fc.property(dimensions, (given) => {
        expect(spendBucketOf(given)).toMatch(/^[A-Za-z0-9._:/@+%~=(), -]{1,512}$/);
      }),
    );
  });
});
