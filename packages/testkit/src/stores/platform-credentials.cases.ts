import { describe, expect } from '@jest/globals';
import type { PlatformCredentials, ProviderSlug } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';

export interface PlatformCredentialsCases {
  readonly name: string;
  /** Credentials of which the operator set these keys. */
  readonly make: (keys: Readonly<Record<string, string>>) => Promise<PlatformCredentials>;
  readonly skip?: readonly Skip[];
}

const slug = (text: string) => text as ProviderSlug;

/** The rules of the {@link PlatformCredentials} port. */
export function runPlatformCredentialsCases({ name, make, skip = [] }: PlatformCredentialsCases): void {
  describe(`${name} as the operator's keys`, () => {
    const { rule, end } = rulesOf(skip);

    rule('finds the key of a provider', async () => {
      const credentials = await make({ openai: 'sk-1', anthropic: 'sk-2' });
      expect((await credentials.find(slug('anthropic')))?.reveal()).toBe('sk-2');
    });

    rule('says null where the operator set no key, and where it is empty', async () => {
      const credentials = await make({ openai: '' });
      expect(await credentials.find(slug('openai'))).toBeNull();
      expect(await credentials.find(slug('groq'))).toBeNull();
    });

    rule('names that every object has are no providers', async () => {
      const credentials = await make({ openai: 'sk-1' });
      for (const name of ['constructor', 'toString', '__proto__']) {
        expect(await credentials.find(slug(name))).toBeNull();
      }
    });

    rule('a key that was found cannot be printed', async () => {
      const key = await (await make({ openai: 'sk-1' })).find(slug('openai'));
      expect(`${key} ${JSON.stringify({ key })}`).not.toContain('sk-1');
    });

    end();
  });
}
