import { randomUUID } from 'node:crypto';
import type {
  AccountId,
  Clock,
  GatewayChange,
  GatewayId,
  GatewaySettings,
  GatewaySnapshot,
} from '@weir/core';

/** A gateway's first version. */
export function newGateway(
  clock: Clock,
  account: AccountId,
  id: GatewayId,
  settings: GatewaySettings,
): GatewaySnapshot {
  const createdAt = new Date(clock.now()).toISOString();
  return {
    account,
    id,
    internalId: randomUUID(),
    version: 1,
    cacheEpoch: 0,
    createdAt,
    modifiedAt: createdAt,
    settings,
    keys: [],
    routes: [],
  };
}

/** The gateway's next version. */
export function nextVersion(
  clock: Clock,
  current: GatewaySnapshot,
  settings: GatewaySettings,
  { forgetsCache = false, keys = current.keys, routes = current.routes }: GatewayChange = {},
): GatewaySnapshot {
  return {
    ...current,
    version: current.version + 1,
    cacheEpoch: current.cacheEpoch + (forgetsCache ? 1 : 0),
    modifiedAt: new Date(clock.now()).toISOString(),
    settings,
    keys,
    routes,
  };
}
