import { Refusal } from '../../errors/refusal.ts';
import { header } from '../../http/header-map.ts';
import { hashToken, isWeirToken } from '../../identity/token-secret.ts';
import { durationMs } from '../../ids.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import { credentialSlots } from '../../providers/credentials.ts';
import { Secret } from '../../secret.ts';
import type { Loaded, PresentedToken, Read } from '../exchange.ts';
import type { Ports } from '../ports.ts';

/** Where clients of any provider put their key, for endpoints whose provider is not known yet. */
const COMMON_SLOTS = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];
const SCHEME = /^(?:bearer|token|key)\s+/i;

/** Stage 2. Token and gateway from memory, or both in one round trip. */
export async function load(exchange: Read, ports: Pick<Ports, 'config'>): Promise<Loaded | Refusal> {
  const presented = presentedToken(exchange);
  const { account, gatewayId } = exchange;
  try {
    const config = await ports.config.load({
      gateway: account !== null && gatewayId !== null ? { account, id: gatewayId } : null,
      token: presented?.hash ?? null,
    });
    return { ...exchange, presented, config };
  } catch (cause) {
    if (cause instanceof StoreUnavailable)
      return new Refusal('storeUnavailable', { cause, retryAfter: durationMs(1000) });
    throw cause;
  }
}

/**
 * Spec 5.1: on the API host the client's own key slot; on the gateway host `cf-aig-authorization`, or, where that is
 * absent, a provider credential that is one of our tokens (5.1-3).
 */
function presentedToken(exchange: Read): PresentedToken | null {
  const { headers } = exchange.request;
  if (exchange.surface === 'api') {
    const slot = ['authorization', 'x-api-key'].find((name) => headers.has(name));
    return slot === undefined ? null : { ...judge(header(headers, slot) ?? ''), slot };
  }
  const own = header(headers, 'cf-aig-authorization');
  if (own !== undefined) return { ...judge(own), slot: null };
  for (const { name, value } of slotsOf(exchange))
    if (isWeirToken(value.reveal())) return { hash: hashToken(value), slot: name };
  return null;
}

function slotsOf(exchange: Read): Iterable<{ readonly name: string; readonly value: Secret }> {
  const { headers, rawQuery } = exchange.request;
  const { endpoint } = exchange;
  if (endpoint.kind === 'native' && endpoint.provider)
    return credentialSlots(endpoint.provider, headers, rawQuery);
  return COMMON_SLOTS.flatMap((name) =>
    (headers.get(name) ?? []).map((value) => ({ name, value: new Secret(value.trim().replace(SCHEME, '')) })),
  );
}

function judge(value: string): { readonly hash: PresentedToken['hash'] } {
  const text = value.trim().replace(SCHEME, '');
  return { hash: isWeirToken(text) ? hashToken(new Secret(text)) : null };
}
