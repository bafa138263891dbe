import type { AccountId, EpochMs, GatewayId, TokenHash, TokenId } from '../ids.ts';
import { IMPLIED_BY, type Permission } from './permissions.ts';

/** One policy of a token, compiled: which permissions it gives or takes, on which gateways. */
export interface Grant {
  readonly effect: 'allow' | 'deny';
  readonly permissions: readonly Permission[];
  /** `'all'`, or the gateways that the policy's resources name (our extension: spec 8, line 1). */
  readonly gateways: 'all' | readonly GatewayId[];
}

/** What the store keeps of a token. The token itself is never stored, only its hash. */
export interface StoredToken {
  readonly id: TokenId;
  readonly hash: TokenHash;
  readonly account: AccountId;
  readonly name: string;
  readonly enabled: boolean;
  readonly notBefore: EpochMs | null;
  readonly expiresOn: EpochMs | null;
  readonly grants: readonly Grant[];
  /** CIDR ranges or addresses; empty means anywhere. */
  readonly allowedAddresses: readonly string[];
  readonly deniedAddresses: readonly string[];
}

export type TokenStatus = 'active' | 'disabled' | 'expired' | 'not-yet-valid';

export function tokenStatus(token: StoredToken, now: EpochMs): TokenStatus {
  if (!token.enabled) return 'disabled';
  if (token.expiresOn !== null && token.expiresOn <= now) return 'expired';
  if (token.notBefore !== null && token.notBefore > now) return 'not-yet-valid';
  return 'active';
}

/**
 * Whether the token may use `permission` on `gateway` (`null`: on something that belongs to no one gateway, which a
 * token scoped to gateways may not). A matching deny beats every allow.
 */
export function permits(token: StoredToken, permission: Permission, gateway: GatewayId | null): boolean {
  const covers = (grant: Grant) =>
    grant.gateways === 'all' || (gateway !== null && grant.gateways.includes(gateway));
  const stronger = IMPLIED_BY[permission];
  let allowed = false;
  for (const grant of token.grants) {
    if (grant.effect === 'deny') {
      const touches = grant.gateways === 'all' || gateway === null || grant.gateways.includes(gateway);
      if (touches && grant.permissions.includes(permission)) return false;
    } else if (covers(grant)) {
      allowed ||=
        grant.permissions.includes(permission) ||
        (stronger !== undefined && grant.permissions.includes(stronger));
    }
  }
  return allowed;
}
