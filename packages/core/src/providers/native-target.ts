import { isRefusal, type Refusal } from '../errors/refusal.ts';
import type { HeaderMap } from '../http/header-map.ts';
import { type BaseUrls, baseOf } from './base-urls.ts';
import type { KeyPlace } from './credential/credential.ts';
import type { NativeTarget, ProviderDescriptor } from './descriptor.ts';
import { cleanPath, joinUrl } from './upstream-path.ts';

/**
 * Where a provider-native request goes (spec/api 7).
 *
 * @param request `path`: everything after `/v1/{A}/{G}/{P}/`, percent-encoding untouched, without query. `headers`: as
 * they will be sent, that is after {@link putCredential}, because some targets want the key elsewhere.
 * @param place of the credential that is used. The path says where the request goes; the place only makes a base URL where
 * there is none.
 */
export function nativeTarget(
  provider: ProviderDescriptor,
  request: { readonly path: string; readonly headers: HeaderMap },
  baseUrls: BaseUrls,
  place: KeyPlace = {},
): NativeTarget | Refusal {
  const base = baseOf(provider, baseUrls, place);
  if (isRefusal(base)) return base;
  const path = cleanPath(request.path);
  if (isRefusal(path)) return path;
  if (provider.resolve) return provider.resolve({ path, headers: request.headers, ...base });
  return { url: joinUrl(base.baseUrl, path) };
}

/**
 * The absolute URL to call: the target's, with its own query or else the caller's.
 *
 * @param rawQuery the caller's query without the question mark, credentials that we consumed already removed.
 */
export function upstreamUrl(target: NativeTarget, rawQuery: string): string {
  const query = target.query ?? rawQuery;
  return query === '' ? target.url : `${target.url}?${query}`;
}

/** The headers as the target's rules want them. */
export function targetHeaders(target: NativeTarget, headers: HeaderMap): HeaderMap {
  if (!target.setHeaders && !target.dropHeaders) return headers;
  const result = new Map(headers);
  for (const name of target.dropHeaders ?? []) result.delete(name);
  for (const [name, value] of target.setHeaders ?? []) result.set(name, [value]);
  return result;
}
