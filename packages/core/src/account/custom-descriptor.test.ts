import { describe, expect, it } from '@jest/globals';
import type { AccountId } from '../ids.ts';
import { cacheName } from '../providers/descriptor.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { cleanBaseUrl } from './base-url.ts';
import {
  CUSTOM_CREDENTIAL_HEADERS,
  customDescriptor,
  customProviderNamed,
  findCustomProvider,
} from './custom-descriptor.ts';
import type { CustomProvider } from './custom-provider.ts';

const provider = (changes: Partial<CustomProvider> = {}): CustomProvider => ({
  id: 'f0a9',
  slug: 'In-House',
  name: 'In-house',
  base_url: 'https://models.example',
  enable: true,
  beta: false,
  description: null,
  link: null,
  curl_example: null,
  js_example: null,
  headers: {},
  position: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  modified_at: '2026-01-01T00:00:00.000Z',
  ...changes,
});
const account = (...customProviders: readonly CustomProvider[]) => ({
  id: 'a0'.repeat(16) as AccountId,
  version: 1,
  customProviders,
  prices: [],
});

describe('a custom provider as a descriptor', () => {
  it('is made once for each version', () => {
    expect(customDescriptor(provider())).toBe(customDescriptor(provider()));
    expect(customDescriptor(provider({ modified_at: 'later' }))).not.toBe(customDescriptor(provider()));
    expect(customDescriptor(provider({ id: 'another' }))).not.toBe(customDescriptor(provider()));
  });

  it('has another name in the cache with each version, where the providers of ours keep theirs', () => {
    const names = [{}, { modified_at: 'later' }, { id: 'another' }].map((change) =>
      cacheName(customDescriptor(provider(change))),
    );
    expect(new Set(names).size).toBe(3);
    for (const ours of PROVIDERS) expect(cacheName(ours)).toBe(ours.slug);
  });

  it('is guarded, which none of ours is: their addresses are the operator’s', () => {
    expect(customDescriptor(provider()).guard).toBe('public');
    for (const ours of PROVIDERS) expect(ours.guard).toBeUndefined();
  });

  it('takes a key wherever a client of any format writes one', () => {
    expect(customDescriptor(provider()).credentialHeaders).toEqual(CUSTOM_CREDENTIAL_HEADERS);
  });
});

describe('an account’s provider', () => {
  it('is found by its prefixed slug in any case, while it is enabled', () => {
    const enabled = account(provider());
    expect(findCustomProvider(enabled, 'CUSTOM-in-house')?.slug).toBe('custom-In-House');
    expect(findCustomProvider(account(provider({ enable: false })), 'custom-In-House')).toBeNull();
    expect(customProviderNamed(account(provider({ enable: false })), 'custom-In-House')).not.toBeNull();
    for (const name of ['In-House', 'custom-', 'custom-In', 'customIn-House', 'openai'])
      expect(findCustomProvider(enabled, name)).toBeNull();
    expect(findCustomProvider(null, 'custom-In-House')).toBeNull();
  });
});

describe('a base URL', () => {
  it.each([
    ['https://models.example', 'https://models.example'],
    ['https://models.example/', 'https://models.example'],
    ['https://MODELS.example:443//a/../b//', 'https://models.example//b'],
    ['https://models.example/%7Ea', 'https://models.example/%7Ea'],
  ])('%s is called as %s', (given, called) => expect(cleanBaseUrl(given)).toBe(called));
});
