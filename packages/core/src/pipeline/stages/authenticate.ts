import { Refusal } from '../../errors/refusal.ts';
import { mayBeUsedFrom } from '../../identity/address-ranges.ts';
import type { Permission } from '../../identity/permissions.ts';
import { permits, type StoredToken, tokenStatus } from '../../identity/stored-token.ts';
import { DEFAULT_GATEWAY, durationMs } from '../../ids.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import type { Authenticated, Loaded } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** Any one of these lets a token run requests. The API host takes either kind (spec 8, line 2). */
const NEEDED: Record<Loaded['surface'], readonly Permission[]> = {
  provider: ['gateway:run'],
  compat: ['gateway:run'],
  api: ['gateway:run', 'inference:read'],
};

/**
 * Stage 3. The four states of spec 5.1, then the permission. A gateway that does not exist is told before the token is
 * judged on the gateway host; `default` comes into being with the first authenticated request (spec 3, rule 5).
 */
export async function authenticate(
  exchange: Loaded,
  ports: Pick<Ports, 'clock' | 'config'>,
): Promise<Authenticated | Refusal> {
  const { surface, account, gatewayId, config } = exchange;
  const token = validToken(exchange, ports);
  const unauthenticated = new Refusal(surface === 'api' ? 'unauthenticatedApi' : 'unauthenticated');
  if (surface === 'api' && !token) return unauthenticated;
  if (account === null || gatewayId === null) return new Refusal('gatewayNotFound');
  if (config.gateway === null && gatewayId !== DEFAULT_GATEWAY) return new Refusal('gatewayNotFound');

  const mayRun =
    token !== null && NEEDED[surface].some((permission) => permits(token, permission, gatewayId));
  const mustAuthenticate = surface === 'api' || (config.gateway?.settings.authentication ?? true);
  if (mustAuthenticate && !token) return unauthenticated;
  if (mustAuthenticate && !mayRun) return new Refusal('forbidden');
  // On an open gateway a token without the right opens no more than no token: the operator's keys stay closed to it.
  if (config.gateway)
    return { ...exchange, gateway: config.gateway, token: mayRun ? token : null, refusedKeys: [] };
  try {
    return { ...exchange, gateway: await ports.config.createDefaultGateway(account), token, refusedKeys: [] };
  } catch (cause) {
    if (cause instanceof StoreUnavailable)
      return new Refusal('storeUnavailable', { cause, retryAfter: durationMs(1000) });
    throw cause;
  }
}

function validToken(exchange: Loaded, ports: Pick<Ports, 'clock'>): StoredToken | null {
  const { token } = exchange.config;
  if (token === null || token.account !== exchange.account) return null;
  if (tokenStatus(token, ports.clock.now()) !== 'active') return null;
  return mayBeUsedFrom(token, exchange.request.sourceAddress) ? token : null;
}
