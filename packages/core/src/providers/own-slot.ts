import type { ProviderDescriptor } from './descriptor.ts';

/** Where the SDKs of the unified endpoints' formats put a provider key. */
const CLIENT_SLOTS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;
const BEARER = /^Bearer\s+(\S+)$/i;
/** Tokens of an account rather than keys: Anthropic's and Google's OAuth, and Entra's. They stay in `Authorization`. */
const OAUTH = /^(?:sk-ant-oat|ya29\.|eyJ)/;

/**
 * Moves a provider key that a client wrote into its own format's slot to where this provider looks for it: an OpenAI
 * client's `Authorization: Bearer` is Anthropic's `x-api-key`, and the other way round. Other formats' slots are
 * emptied, because a key must reach nobody twice.
 */
export function ownSlot({ credential }: ProviderDescriptor, headers: Map<string, readonly string[]>): void {
  if (credential.kind !== 'header') return;
  if (!headers.has(credential.header)) {
    const key = firstKey(headers);
    if (key === null || (OAUTH.test(key) && headers.has('authorization'))) return;
    headers.set(credential.header, [credential.scheme === null ? key : `${credential.scheme} ${key}`]);
  }
  for (const slot of CLIENT_SLOTS) if (slot !== credential.header) headers.delete(slot);
}

function firstKey(headers: ReadonlyMap<string, readonly string[]>): string | null {
  for (const slot of CLIENT_SLOTS) {
    const sent = headers.get(slot)?.[0]?.trim();
    if (sent === undefined || sent === '') continue;
    if (slot !== 'authorization') return sent;
    const key = BEARER.exec(sent)?.[1];
    if (key !== undefined) return key;
  }
  return null;
}
