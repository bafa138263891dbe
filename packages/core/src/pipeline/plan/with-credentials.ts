import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { isFault } from '../../form/fault.ts';
import { requestHeaders } from '../../http/forwarded-headers.ts';
import { header } from '../../http/header-map.ts';
import { holdsWeirToken } from '../../identity/token-secret.ts';
import { durationMs } from '../../ids.ts';
import { CredentialRefused } from '../../ports/access-tokens.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import { callersAccount } from '../../providers/credential/callers-account.ts';
import { credentialSlots } from '../../providers/credentials.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import { ownSlot } from '../../providers/own-slot.ts';
import type { Authenticated, UsedCredential } from '../exchange.ts';
import type { Credentialed } from './credentialed.ts';
import { type Ours, operatorCredential, storedCredential } from './our-credential.ts';
import type { PlanPorts } from './plan-ports.ts';
import { putOn } from './put-on.ts';

const THEIRS: UsedCredential = { source: 'request', key: null, hasSpare: false, signing: null };
const NOBODYS: UsedCredential = { ...THEIRS, source: 'none' };

/**
 * Our own tokens go to no provider, wherever the caller put them (spec 5.1-6).
 *
 * Spec 5.2: the caller's own credentials, else a stored key, else the operator's; the latter two for a caller whom we know.
 * Without any of them the request goes on bare, and the provider says what it wants; unless the gateway or the caller
 * forbade the operator's.
 */
export async function withCredentials(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  ports: PlanPorts,
): Promise<Credentialed | Refusal> {
  const { request, surface, endpoint } = exchange;
  const headers = requestHeaders(request.headers);
  for (const [name, values] of headers) if (values.some(holdsWeirToken)) headers.delete(name);
  // A client of another format writes its key where that format wants it (spec 5.9-4).
  if (endpoint.kind !== 'native') ownSlot(provider, headers);
  const rawQuery = withoutWeirTokens(request.rawQuery);
  const bare = { headers, rawQuery, place: {} };
  // On the API host every key slot belongs to the gateway (spec 5.2, step 2): a caller's provider key is not taken there.
  const own = surface === 'api' ? [] : credentialSlots(provider, headers, rawQuery);
  const account = callersAccount(provider, own);
  if (isFault(account)) return new Refusal('invalidRequest', { message: account.message });
  if (own.length > 0 && account === null) return { ...bare, credential: THEIRS };
  if (surface === 'api') for (const name of provider.credentialHeaders) headers.delete(name);
  try {
    const ours = account ? { credential: account, used: THEIRS } : await findOurs(exchange, provider, ports);
    if (ours === null) return { ...bare, credential: NOBODYS };
    return isRefusal(ours) ? ours : { rawQuery, ...(await putOn(provider, headers, ours, ports)) };
  } catch (cause) {
    if (cause instanceof CredentialRefused)
      return new Refusal('unusableKey', {
        message: `${provider.name} did not accept the service account. Check that it exists and may be used.`,
        cause,
      });
    if (cause instanceof StoreUnavailable)
      return new Refusal('storeUnavailable', { cause, retryAfter: durationMs(1000) });
    throw cause;
  }
}

/** Null: there is none, so the request goes on without. */
async function findOurs(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  ports: PlanPorts,
): Promise<Ours | Refusal | null> {
  const { request, gateway, options, token, endpoint } = exchange;
  const alias = header(request.headers, 'cf-aig-byok-alias')?.trim() || null;
  const isKeyless = provider.credential.kind === 'none';
  if (token && !isKeyless) {
    const stored = await storedCredential(exchange, provider, alias, ports);
    if (stored) return stored;
  } else if (alias !== null && !isKeyless) return new Refusal('unauthenticated');
  // Workers AI on the unified endpoints needs no provider key (spec 5.3-11).
  const isFree = provider.slug === 'workers-ai' && endpoint.kind !== 'native';
  if (!isFree && (gateway.settings.byok_only || options.noWholesale))
    return new Refusal('noProviderCredentials');
  return token && !isKeyless ? operatorCredential(exchange, provider, ports) : null;
}

/** A query without the parameters that hold one of our tokens; every other byte stays. */
function withoutWeirTokens(rawQuery: string): string {
  if (!holdsWeirToken(decoded(rawQuery))) return rawQuery;
  return rawQuery
    .split('&')
    .filter((part) => !holdsWeirToken(decoded(part)))
    .join('&');
}

/** As who looks for a key in it reads it, as far as ASCII goes. */
const decoded = (text: string) =>
  text.includes('%')
    ? text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
