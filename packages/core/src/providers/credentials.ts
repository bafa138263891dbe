import type { HeaderMap } from '../http/header-map.ts';
import { Secret } from '../secret.ts';
import type { ProviderDescriptor } from './descriptor.ts';

/** One place in a request that can hold the caller's own key for the provider. */
export interface CredentialSlot {
  readonly place: 'header' | 'query';
  readonly name: string;
  /** Without its scheme (`Bearer`, `Token`, `Key` …); a signature stays whole. */
  readonly value: Secret;
}

const WITH_SCHEME = /^[A-Za-z][A-Za-z-]*\s+(\S+)$/;

/**
 * The provider credentials that a caller sent, in order of the descriptor. Empty: none, so a stored key is needed.
 * One of them may turn out to be a gateway token (spec/api 5.1-3).
 *
 * @param rawQuery without the question mark.
 */
export function credentialSlots(
  provider: ProviderDescriptor,
  headers: HeaderMap,
  rawQuery: string,
): readonly CredentialSlot[] {
  const slots: CredentialSlot[] = [];
  for (const name of provider.credentialHeaders)
    for (const sent of headers.get(name) ?? []) {
      const value = sent.trim();
      if (value !== '')
        slots.push({ place: 'header', name, value: new Secret(WITH_SCHEME.exec(value)?.[1] ?? value) });
    }
  if (provider.credentialQuery.length > 0 && rawQuery !== '')
    for (const [name, value] of new URLSearchParams(rawQuery))
      if (value !== '' && isNamed(provider.credentialQuery, name))
        slots.push({ place: 'query', name, value: new Secret(value) });
  return slots;
}

const isNamed = (names: readonly string[], name: string) =>
  names.some((known) => known.toLowerCase() === name.toLowerCase());

/** The headers without any of the provider's credentials. */
export function withoutCredentials(provider: ProviderDescriptor, headers: HeaderMap): HeaderMap {
  if (!provider.credentialHeaders.some((name) => headers.has(name))) return headers;
  const result = new Map(headers);
  for (const name of provider.credentialHeaders) result.delete(name);
  return result;
}

/** The query without any of the provider's credentials; the other parameters stay byte for byte, in order. */
export function withoutCredentialQuery(provider: ProviderDescriptor, rawQuery: string): string {
  if (provider.credentialQuery.length === 0 || rawQuery === '') return rawQuery;
  return rawQuery
    .split('&')
    .filter((part) => {
      const [name] = new URLSearchParams(part).keys();
      return name === undefined || !isNamed(provider.credentialQuery, name);
    })
    .join('&');
}

/** The headers with the operator's key in place of whatever credentials were there. */
export function putCredential(provider: ProviderDescriptor, headers: HeaderMap, key: Secret): HeaderMap {
  const result = new Map(withoutCredentials(provider, headers));
  const form = provider.formOfKey?.(key.reveal()) ?? provider.credential;
  if (form.kind === 'header')
    result.set(form.header, [form.scheme === null ? key.reveal() : `${form.scheme} ${key.reveal()}`]);
  return result;
}
