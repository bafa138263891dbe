import type { GoogleCredential } from '../providers/credential/credential.ts';
import type { Secret } from '../secret.ts';

/** Tokens that are fetched with a credential and hold for a while. */
export interface AccessTokens {
  /**
   * For a service account; from memory until a minute before it ends, and one exchange for all who wait.
   * @throws {StoreUnavailable} when Google cannot be asked. @throws {CredentialRefused} when it refuses the account.
   */
  googleToken(credential: GoogleCredential): Promise<Secret>;
}

/** The provider's own token service would not take a credential of ours. The message holds nothing of it. */
export class CredentialRefused extends Error {
  override readonly name = 'CredentialRefused';

  /** By name: a part of a bundle that loads lazily brings its own copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'CredentialRefused';
  }
}
