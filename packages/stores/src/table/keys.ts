import type { AccountId, GatewayId, TokenHash, TokenId } from '@weir/core';

/** Keys of the `config` table; every other file asks here. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

export const accountKey = (id: AccountId): ItemKey => ({ pk: `A#${id}`, sk: 'ACCOUNT' });
/** The account's automatic top-up. */
export const topUpKey = (id: AccountId): ItemKey => ({ pk: `A#${id}`, sk: 'TOPUP' });
export const gatewayKey = (account: AccountId, id: GatewayId): ItemKey => ({
  pk: `G#${account}#${id}`,
  sk: 'SNAPSHOT',
});
/** What is kept of a gateway's routes beside it (spec 5.10): versions, and deployments that others took the place of. */
export const ROUTE_PREFIX = 'ROUTE#';
export const routePrefix = (route: string) => `${ROUTE_PREFIX}${route}#`;
export const routeVersionPrefix = (route: string) => `${routePrefix(route)}VERSION#`;
/** By the time they were made, so that the newest can be read without the rest. */
export const routeDeploymentPrefix = (route: string) => `${routePrefix(route)}DEPLOYMENT#`;
export const tokenKey = (hash: TokenHash): ItemKey => ({ pk: `T#${hash}`, sk: 'TOKEN' });

/** Which price book counts. */
export const CURRENT_BOOK: ItemKey = { pk: 'PRICES', sk: 'CURRENT' };
export const priceBookPart = (name: string, index: number): ItemKey => ({
  pk: `PRICES#${name}`,
  sk: `PART#${String(index).padStart(2, '0')}`,
});

/** The index through which an account's items are listed. */
export const BY_ACCOUNT = 'by-account';
export const accountPartition = (account: AccountId) => `A#${account}`;
export const GATEWAY_PREFIX = 'GATEWAY#';
export const TOKEN_PREFIX = 'TOKEN#';
export const gatewaySort = (id: GatewayId) => `${GATEWAY_PREFIX}${id}`;
export const tokenSort = (id: TokenId) => `${TOKEN_PREFIX}${id}`;

export const placeOf = ({ pk, sk }: ItemKey) => `${pk} / ${sk}`;
