import { describe, expect, it } from '@jest/globals';
import {
  type AccountId,
  type GatewayId,
  type Grant,
  PERMISSION_GROUPS,
  permits,
  type StoredToken,
  type TokenHash,
  type TokenId,
} from '@weir/core';
import fc from 'fast-check';
import { exceeding } from './reach.ts';

const GATEWAYS = ['a', 'b', 'c'].map((id) => id as GatewayId);
const PERMISSIONS = PERMISSION_GROUPS.map(({ key }) => key);

const grant: fc.Arbitrary<Grant> = fc.record({
  effect: fc.constantFrom('allow' as const, 'deny' as const),
  permissions: fc.subarray(PERMISSIONS, { minLength: 1 }),
  gateways: fc.oneof(fc.constant('all' as const), fc.subarray(GATEWAYS, { minLength: 1 })),
});

const token: fc.Arbitrary<StoredToken> = fc.array(grant, { maxLength: 4 }).map((grants) => ({
  id: '' as TokenId,
  hash: '' as TokenHash,
  account: '' as AccountId,
  name: '',
  enabled: true,
  notBefore: null,
  expiresOn: null,
  grants,
  allowedAddresses: [],
  deniedAddresses: [],
}));

/** Every gateway that the grants can name, one that they cannot, and the account. */
const places = [...GATEWAYS, 'elsewhere' as GatewayId, null];

describe('what a token may hand on', () => {
  it('is exactly what it may do itself, place by place', () => {
    fc.assert(
      fc.property(token, token, (child, parent) => {
        const goesBeyond = places.some((place) =>
          PERMISSIONS.some((it) => permits(child, it, place) && !permits(parent, it, place)),
        );
        expect(exceeding(child, parent) !== null).toBe(goesBeyond);
      }),
      { numRuns: 2000 },
    );
  });

  it('includes itself', () => {
    fc.assert(fc.property(token, (it) => expect(exceeding(it, it)).toBeNull()));
  });

  it('never grows on its way through several hands', () => {
    fc.assert(
      fc.property(token, token, token, (grandchild, child, parent) => {
        fc.pre(exceeding(grandchild, child) === null && exceeding(child, parent) === null);
        expect(exceeding(grandchild, parent)).toBeNull();
      }),
    );
  });
});
