import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccountId, GatewayId } from '../ids.ts';
import {
  type CacheScope,
  defaultCacheKey,
  type NamedIdentity,
  namedCacheKey,
  parseCacheKey,
  type RequestIdentity,
} from './cache-key.ts';

const word = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', '-', ';', '1:a;', '[0;', 'operator'));
const scope: fc.Arbitrary<CacheScope> = fc.record({
  account: fc.stringMatching(/^[0-9a-f]{32}$/) as fc.Arbitrary<AccountId>,
  gateway: fc.stringMatching(/^[a-z]{1,6}$/) as fc.Arbitrary<GatewayId>,
  internalId: word,
  epoch: fc.nat(20),
});
const identity: fc.Arbitrary<RequestIdentity> = fc.record({
  provider: word,
  model: fc.option(word),
  method: word,
  endpoint: word,
  url: word,
  credential: fc.oneof(fc.constant('operator' as const), fc.array(word, { maxLength: 3 })),
  headers: fc.array(fc.tuple(word, fc.array(word, { maxLength: 2 })), { maxLength: 3 }),
  body: fc.uint8Array({ maxLength: 20 }),
});
const named: fc.Arbitrary<NamedIdentity> = fc.record({
  key: word,
  target: fc.option(fc.record({ provider: word, model: fc.option(word) })),
});

const textOf = (value: unknown) =>
  JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? [...part] : part));

describe('the cache key (spec 5.4-2, 5.4-3)', () => {
  it('is the same for the same request and another for every other one', () => {
    fc.assert(
      fc.property(scope, identity, scope, identity, (scopeA, a, scopeB, b) => {
        const isSame = textOf([scopeA, a]) === textOf([scopeB, b]);
        expect(defaultCacheKey(scopeA, a) === defaultCacheKey(scopeB, b)).toBe(isSame);
        expect(defaultCacheKey(scopeA, { ...a })).toBe(defaultCacheKey({ ...scopeA }, a));
      }),
      { numRuns: 2_000 },
    );
  });

  it('changes with every single part that changes', () => {
    fc.assert(
      fc.property(
        scope,
        identity,
        identity,
        fc.constantFrom(
          'provider' as const,
          'model' as const,
          'method' as const,
          'endpoint' as const,
          'url' as const,
          'credential' as const,
          'headers' as const,
          'body' as const,
        ),
        (where, one, other, part) => {
          const changed = { ...one, [part]: other[part] };
          const isSame = textOf(one[part]) === textOf(other[part]);
          expect(defaultCacheKey(where, one) === defaultCacheKey(where, changed)).toBe(isSame);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never meets another account’s, gateway’s or epoch’s, whatever the request and its own key say', () => {
    fc.assert(
      fc.property(scope, scope, identity, named, (one, other, request, own) => {
        fc.pre(textOf(one) !== textOf(other));
        expect(defaultCacheKey(one, request)).not.toBe(defaultCacheKey(other, request));
        expect(namedCacheKey(one, own)).not.toBe(namedCacheKey(other, own));
        expect(namedCacheKey(one, own)).not.toBe(defaultCacheKey(one, request));
      }),
    );
  });

  it('of a named request changes with the name, and with provider and model unless they do not count', () => {
    fc.assert(
      fc.property(scope, named, named, (where, one, other) => {
        const isSame = textOf(one) === textOf(other);
        expect(namedCacheKey(where, one) === namedCacheKey(where, other)).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells a part from the parts beside it, and the operator’s key from a caller’s that is called so', () => {
    const where = { account: 'a' as AccountId, gateway: 'g' as GatewayId, internalId: 'i', epoch: 1 };
    const plain = {
      provider: 'p',
      model: 'm',
      method: 'POST',
      endpoint: 'e',
      url: 'u',
      credential: [],
      headers: [],
      body: Buffer.from(''),
    };
    const keys = [
      plain,
      { ...plain, provider: 'pm', model: '' },
      { ...plain, model: null },
      { ...plain, credential: ['operator'] },
      { ...plain, credential: 'operator' as const },
      { ...plain, credential: ['a', 'b'] },
      { ...plain, credential: ['ab'] },
      { ...plain, headers: [['a', ['b']] as const] },
      { ...plain, headers: [['a', []] as const, ['b', []] as const] },
    ].map((one) => defaultCacheKey(where, one));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.map((key) => parseCacheKey(key))).toEqual(keys);
    expect(parseCacheKey('AB'.repeat(32))).toBeNull();
  });
});
