import type { KeyPlace } from '../../providers/credential/credential.ts';
import type { UsedCredential } from '../exchange.ts';

/** A request's headers and query with whatever credential it will be known by. */
export interface Credentialed {
  readonly headers: Map<string, readonly string[]>;
  readonly rawQuery: string;
  readonly credential: UsedCredential;
  /** What the credential says about where the provider is to be found. */
  readonly place: KeyPlace;
}
