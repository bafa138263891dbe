import { Refusal } from '../../errors/refusal.ts';
import { requestHeaders } from '../../http/forwarded-headers.ts';
import { holdsWeirToken } from '../../identity/token-secret.ts';
import { durationMs } from '../../ids.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import { credentialSlots, putCredential } from '../../providers/credentials.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import { ownSlot } from '../../providers/own-slot.ts';
import type { Authenticated } from '../exchange.ts';
import type { Ports } from '../ports.ts';

export interface Credentialed {
  readonly headers: Map<string, readonly string[]>;
  readonly rawQuery: string;
  readonly wholesale: boolean;
}

/**
 * Our own tokens go to no provider, wherever the caller put them (spec 5.1-6).
 *
 * Spec 5.2: the caller's own credentials, else the operator's for a caller whom we know. Without either the request goes
 * on bare, and the provider says what it wants; unless the gateway or the caller forbade the operator's.
 */
export async function withCredentials(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  ports: Pick<Ports, 'platformCredentials'>,
): Promise<Credentialed | Refusal> {
  const { request, surface, gateway, options, endpoint } = exchange;
  const headers = requestHeaders(request.headers);
  for (const [name, values] of headers) if (values.some(holdsWeirToken)) headers.delete(name);
  // A client of another format writes its key where that format wants it (spec 5.9-4).
  if (endpoint.kind !== 'native') ownSlot(provider, headers);
  const rawQuery = withoutWeirTokens(request.rawQuery);
  // On the API host every key slot belongs to the gateway (spec 5.2, step 2): a caller's provider key is not taken there.
  const own = surface === 'api' ? [] : credentialSlots(provider, headers, rawQuery);
  if (own.length > 0) return { headers, rawQuery, wholesale: false };
  if (surface === 'api') for (const name of provider.credentialHeaders) headers.delete(name);

  if (gateway.settings.byok_only || options.noWholesale) return new Refusal('noProviderCredentials');
  if (!exchange.token || provider.credential.kind === 'none') return { headers, rawQuery, wholesale: false };
  try {
    const key = await ports.platformCredentials.find(provider.slug);
    if (!key) return { headers, rawQuery, wholesale: false };
    return { headers: new Map(putCredential(provider, headers, key)), rawQuery, wholesale: true };
  } catch (cause) {
    if (cause instanceof StoreUnavailable)
      return new Refusal('storeUnavailable', { cause, retryAfter: durationMs(1000) });
    throw cause;
  }
}

/** A query without the parameters that hold one of our tokens; every other byte stays. */
function withoutWeirTokens(rawQuery: string): string {
  if (!holdsWeirToken(rawQuery)) return rawQuery;
  return rawQuery
    .split('&')
    .filter((part) => !holdsWeirToken(part))
    .join('&');
}
