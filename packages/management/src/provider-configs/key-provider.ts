import {
  BEARER,
  customName,
  customProviderNamed,
  findProvider,
  isCustomName,
  type ProviderDescriptor,
  type ProviderSlug,
  Refusal,
} from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import type { ManagementPorts } from '../ports.ts';

const CUSTOM = /^custom-[0-9a-z]+(?:-+[0-9a-z]+)*$/i;

/** Whose key it is, and how it goes on a request. */
export type KeyProvider = Pick<ProviderDescriptor, 'slug' | 'credential'>;

/**
 * The provider that the caller names, under the one name that it has everywhere. A custom provider need not be there yet:
 * its key may come first.
 */
export async function findKeyProvider(
  { account }: GatewayCall,
  name: string,
  { accounts }: Pick<ManagementPorts, 'accounts'>,
): Promise<KeyProvider | Refusal> {
  const known = findProvider(name);
  if (known) return known;
  if (!isCustomName(name) || !CUSTOM.test(name)) return unknown(name);
  const custom = customProviderNamed(await accounts.snapshot(account), name);
  const slug = custom ? customName(custom) : name.replace(/^custom-/i, 'custom-');
  return { slug: slug as ProviderSlug, credential: BEARER };
}

function unknown(name: string): Refusal {
  return new Refusal('invalidBody', {
    message: `provider_slug: there is no provider ${JSON.stringify(name.slice(0, 64))}`,
    path: ['body', 'provider_slug'],
  });
}
