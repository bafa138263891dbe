import type { Clock, KeyRing } from '@weir/core';
import type { ClientOptions } from '../aws/client-settings.ts';
import type { SecretFinder } from '../credentials/secret-reader.ts';
import { kmsDataKeyOpener } from './kms.ts';
import { NamedSecrets } from './named-secrets.ts';
import { OpenedSecrets } from './opened-secrets.ts';

export interface KeyRingOptions {
  /** Called at the first need of a secret of the operator's, so that the client is loaded only then. */
  readonly loadSecrets: () => Promise<SecretFinder>;
  readonly clock: Clock;
  readonly client?: ClientOptions;
}

/** The data plane's half of stored keys. One per process: what it has opened stays in memory. */
export function createKeyRing({ loadSecrets, clock, client = {} }: KeyRingOptions): KeyRing {
  const opened = new OpenedSecrets(kmsDataKeyOpener(client), clock);
  const named = new NamedSecrets(loadSecrets, clock);
  return {
    open: (sealed, binding) => opened.open(sealed, binding),
    named: (account, name) => named.find(account, name),
  };
}
