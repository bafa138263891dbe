import { isRefusal, Refusal } from '../../errors/refusal.ts';
import { requestHeaders } from '../../http/forwarded-headers.ts';
import { header } from '../../http/header-map.ts';
import { holdsWeirToken } from '../../identity/token-secret.ts';
import { durationMs } from '../../ids.ts';
import { StoreUnavailable } from '../../ports/config-source.ts';
import { chatTarget, splitModel } from '../../providers/chat-target.ts';
import { credentialSlots, putCredential } from '../../providers/credentials.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import { nativeTarget, targetHeaders, upstreamUrl } from '../../providers/native-target.ts';
import { askForUsage, readModel, rewriteModel } from '../../providers/request-body.ts';
import { needsUsageAsked, readPath } from '../../providers/request-path.ts';
import type { Authenticated, Planned, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

type PlanPorts = Pick<Ports, 'platformCredentials' | 'baseUrls'>;

/** Stage 4. What will be called, with which credentials. One target until routes and universal steps are served. */
export async function plan(exchange: Authenticated, ports: PlanPorts): Promise<Planned | Refusal> {
  const target = await planTarget(exchange, ports);
  return isRefusal(target) ? target : { ...exchange, targets: [target] };
}

function planTarget(exchange: Authenticated, ports: PlanPorts): Promise<Target | Refusal> | Refusal {
  const { endpoint } = exchange;
  switch (endpoint.kind) {
    case 'native':
      if (endpoint.provider) return planNative(exchange, endpoint.provider, endpoint.path, ports);
      return new Refusal('unknownProvider', {
        message: `No provider has the name "${endpoint.name.slice(0, 64)}".`,
      });
    case 'chat-completions':
      return planChat(exchange, ports);
    case 'models':
    case 'unserved':
      return new Refusal('notServed');
  }
}

/** A provider's own API: any method, query and body go on as they are. */
async function planNative(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  path: string,
  ports: PlanPorts,
): Promise<Target | Refusal> {
  const { request } = exchange;
  const credentialed = await withCredentials(exchange, provider, ports);
  if (isRefusal(credentialed)) return credentialed;
  const resolved = nativeTarget(provider, { path, headers: credentialed.headers }, ports.baseUrls);
  if (isRefusal(resolved)) return resolved;

  const isJson = /json/i.test(header(request.headers, 'content-type') ?? 'json');
  const facts = isJson && request.body.length > 0 ? readModel(request.body) : null;
  const inBody = facts === null || isRefusal(facts) ? null : facts;
  const asked =
    inBody?.stream && needsUsageAsked(provider, path)
      ? askForUsage(request.body)
      : { body: request.body, hide: false };
  return {
    provider,
    model: readPath(provider, path).model ?? inBody?.model ?? null,
    method: request.method,
    url: upstreamUrl(resolved, credentialed.rawQuery),
    headers: targetHeaders(resolved, credentialed.headers),
    body: asked.body,
    hidesUsage: asked.hide,
    wholesale: credentialed.wholesale,
  };
}

/** OpenAI chat completions over a provider that speaks them: only `model` is rewritten (spec 5.9). */
async function planChat(exchange: Authenticated, ports: PlanPorts): Promise<Target | Refusal> {
  const { request } = exchange;
  if (request.method !== 'POST')
    return new Refusal('methodNotAllowed', { message: 'Use POST for chat completions.' });
  const facts = readModel(request.body);
  if (isRefusal(facts)) return facts;
  if (facts.model === null)
    return new Refusal('invalidRequest', {
      message: '"model" is required and must be a string.',
      path: ['body', 'model'],
    });
  const named = splitModel(facts.model);
  if (isRefusal(named)) return named;
  const url = chatTarget(named.provider, ports.baseUrls);
  if (isRefusal(url)) return url;
  const credentialed = await withCredentials(exchange, named.provider, ports);
  if (isRefusal(credentialed)) return credentialed;

  const renamed = rewriteModel(request.body, named.model) ?? request.body;
  const asks = facts.stream && named.provider.streamUsage === 'on-request';
  const asked = asks ? askForUsage(renamed) : { body: renamed, hide: false };
  return {
    provider: named.provider,
    model: named.model,
    method: 'POST',
    url,
    headers: credentialed.headers,
    body: asked.body,
    hidesUsage: asked.hide,
    wholesale: credentialed.wholesale,
  };
}

/** A query without the parameters that hold one of our tokens; every other byte stays. */
function withoutWeirTokens(rawQuery: string): string {
  if (!holdsWeirToken(rawQuery)) return rawQuery;
  return rawQuery
    .split('&')
    .filter((part) => !holdsWeirToken(part))
    .join('&');
}

interface Credentialed {
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
async function withCredentials(
  exchange: Authenticated,
  provider: ProviderDescriptor,
  ports: PlanPorts,
): Promise<Credentialed | Refusal> {
  const { request, surface, gateway, options } = exchange;
  const headers = requestHeaders(request.headers);
  for (const [name, values] of headers) if (values.some(holdsWeirToken)) headers.delete(name);
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
