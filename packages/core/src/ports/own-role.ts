import type { AwsCredential } from '../providers/credential/credential.ts';

/** The identity that the gateway itself has on AWS. */
export interface OwnRole {
  /** Null: the operator has not allowed it for this provider. */
  credentialFor(provider: string): AwsCredential | null;
}
