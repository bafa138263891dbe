import { assertNever } from '../../assert-never.ts';
import { putCredential } from '../../providers/credentials.ts';
import type { ProviderDescriptor } from '../../providers/descriptor.ts';
import type { Ports } from '../ports.ts';
import type { Credentialed } from './credentialed.ts';
import type { Ours } from './our-credential.ts';

/**
 * Puts a credential of ours on a request, in place of whatever was there. One that signs is only noted: a signature holds for
 * minutes and for exact bytes, so each attempt makes its own.
 *
 * @throws {StoreUnavailable} when a token that must be fetched cannot be.
 */
export async function putOn(
  provider: ProviderDescriptor,
  headers: ReadonlyMap<string, readonly string[]>,
  { credential, used }: Ours,
  { accessTokens }: Pick<Ports, 'accessTokens'>,
): Promise<Omit<Credentialed, 'rawQuery'>> {
  const { place } = credential;
  const bare = { ...used, signing: null };
  switch (credential.kind) {
    case 'key':
      return { headers: new Map(putCredential(provider, headers, credential.key)), credential: bare, place };
    case 'google': {
      const token = await accessTokens.googleToken(credential);
      return { headers: new Map(putCredential(provider, headers, token)), credential: bare, place };
    }
    case 'aws':
      return { headers: new Map(headers), credential: { ...used, signing: credential }, place };
    default:
      return assertNever(credential);
  }
}
