import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ask } from '../aws/ask.ts';
import { type ClientOptions, clientSettings, type Patience } from '../aws/client-settings.ts';
import type { SecretReader } from './secret-reader.ts';

/** A request may wait on this, but only on a key's first use. */
const FIRST_USE: Patience = { connect: 1_000, answer: 2_000, attempts: 2 };

/** Secrets Manager. The client is heavy and rarely needed: import this lazily. */
export function createSecretReader(options: ClientOptions = {}): SecretReader {
  const client = new SecretsManagerClient(clientSettings('secrets-manager', FIRST_USE, options));
  return {
    read: (id) =>
      ask('read a secret', async () => {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
        if (SecretString === undefined) throw new Error('the secret holds no text');
        return SecretString;
      }),
  };
}
