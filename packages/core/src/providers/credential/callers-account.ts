import { type Fault, isFault } from '../../form/fault.ts';
import type { CredentialSlot } from '../credentials.ts';
import type { ProviderDescriptor } from '../descriptor.ts';
import type { GoogleCredential } from './credential.ts';
import { parseCredential } from './parse-credential.ts';

/**
 * A service account that the caller sent where a token goes, as base64 of its JSON (spec/api 7, Vertex AI). Null: it is none,
 * and goes on as it is.
 */
export function callersAccount(
  provider: ProviderDescriptor,
  slots: readonly CredentialSlot[],
): GoogleCredential | Fault | null {
  if (provider.slug !== 'google-vertex-ai') return null;
  for (const { value } of slots) {
    const parsed = parseCredential(provider, value.reveal());
    if (isFault(parsed) || parsed.kind === 'google') return parsed;
  }
  return null;
}
