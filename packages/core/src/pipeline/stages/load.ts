import type { AccountSnapshot } from '../../account/account-snapshot.ts';
import { findCustomProvider } from '../../account/custom-descriptor.ts';
import { Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { hashToken, isWeirToken } from '../../identity/token-secret.ts';
import { durationMs, type TokenHash } from '../../ids.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import { credentialSlots } from '../../providers/credentials.ts';
import { Secret } from '../../secret.ts';
import type { Endpoint, Loaded, Read } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** Where clients of any provider put their key, for endpoints whose provider is not known yet. */
const COMMON_SLOTS = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];
const SCHEME = /^(?:bearer|token|key)\s+/i;

/** Stage 2. Token and gateway from memory, or both in one round trip. */
export async function load(exchange: Read, ports: Pick<Ports, 'config'>): Promise<Loaded | Refusal> {
  const { account, gatewayId } = exchange;
  try {
    const config = await ports.config.load({
      gateway: account !== null && gatewayId !== null ? { account, id: gatewayId } : null,
      token: presentedToken(exchange),
    });
    return { ...exchange, endpoint: withCustom(exchange.endpoint, config.account), config };
  } catch (cause) {
    if (cause instanceof StoreUnavailable)
      return new Refusal('storeUnavailable', { cause, retryAfter: durationMs(1000) });
    throw cause;
  }
}

/** A native path names a provider of the account where it names none of ours. */
function withCustom(endpoint: Endpoint, account: AccountSnapshot | null): Endpoint {
  if (endpoint.kind !== 'native' || endpoint.provider !== null) return endpoint;
  const provider = findCustomProvider(account, endpoint.name);
  return provider ? { ...endpoint, provider } : endpoint;
}

/**
 * Spec 5.1: on the API host the client's own key slot; on the gateway host `cf-aig-authorization`, or, where that is
 * absent, a provider credential that is one of our tokens (5.1-3). Null: there is none, so the store need not be asked.
 */
function presentedToken(exchange: Read): TokenHash | null {
  const { headers } = exchange.request;
  if (exchange.surface === 'api')
    return tokenIn(header(headers, 'authorization')) ?? tokenIn(header(headers, 'x-api-key'));
  const own = header(headers, 'cf-aig-authorization');
  if (own !== undefined) return tokenIn(own);
  for (const value of credentialsOf(exchange)) if (isWeirToken(value.reveal())) return hashToken(value);
  return null;
}

function credentialsOf({ request: { headers, rawQuery }, endpoint }: Read): readonly Secret[] {
  return endpoint.kind === 'native' && endpoint.provider
    ? credentialSlots(endpoint.provider, headers, rawQuery).map(({ value }) => value)
    : COMMON_SLOTS.flatMap((name) => (headers.get(name) ?? []).map(withoutScheme));
}

function tokenIn(value: string | undefined): TokenHash | null {
  if (value === undefined) return null;
  const text = withoutScheme(value);
  return isWeirToken(text.reveal()) ? hashToken(text) : null;
}

const withoutScheme = (value: string) => new Secret(value.trim().replace(SCHEME, ''));
