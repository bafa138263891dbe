import { type GatewayId, PERMISSION_GROUPS, type Permission, permits, type StoredToken } from '@weir/core';

type Grants = Pick<StoredToken, 'grants'>;

/** Stands for every gateway that no grant names; a real id is never empty. */
const ANY_OTHER = '' as GatewayId;

/** Whether there is anything, a gateway or the account as a whole, on which the token has the permission. */
export function permitsSomewhere(token: StoredToken, permission: Permission): boolean {
  return places(token).some((place) => permits(token, permission, place));
}

/**
 * A permission that `child` would have somewhere and `parent` has not there, or null when `child` is within `parent`.
 * Exact: grants tell apart only the gateways they name, all others, and the account as a whole. When and from where
 * a token may be used is not compared: a short-lived administrator's token makes long-lived ones for services.
 */
export function exceeding(child: StoredToken, parent: StoredToken): Permission | null {
  const all = places(child, parent);
  const found = PERMISSION_GROUPS.find(({ key }) =>
    all.some((place) => permits(child, key, place) && !permits(parent, key, place)),
  );
  return found?.key ?? null;
}

function places(...tokens: readonly Grants[]): ReadonlyArray<GatewayId | null> {
  const named = tokens.flatMap(({ grants }) =>
    grants.flatMap(({ gateways }) => (gateways === 'all' ? [] : gateways)),
  );
  return [null, ANY_OTHER, ...new Set(named)];
}
