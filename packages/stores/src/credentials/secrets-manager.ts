import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ask } from '../aws/ask.ts';
import { type ClientOptions, clientSettings, type Patience } from '../aws/client-settings.ts';
import type { SecretFinder, SecretReader } from './secret-reader.ts';

/** A request may wait on this, but only on a key's first use. */
const FIRST_USE: Patience = { connect: 1_000, answer: 2_000, attempts: 2 };

/** No such secret, none with a value; and one that waits for its deletion, which is all that the second can mean here. */
const ABSENT: ReadonlySet<string> = new Set(['ResourceNotFoundException', 'InvalidRequestException']);

/** Secrets Manager. The client is heavy and rarely needed: import this lazily. */
export function createSecretReader(options: ClientOptions = {}): SecretReader & SecretFinder {
  const client = new SecretsManagerClient(clientSettings('secrets-manager', FIRST_USE, options));
  const textOf = async (id: string) => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    if (SecretString === undefined) throw new Error('the secret holds no text');
    return SecretString;
  };
  return {
    read: (id) => ask('read a secret', () => textOf(id)),
    find: (name) =>
      ask('read a secret', async () => {
        try {
          return await textOf(name);
        } catch (error) {
          if (error instanceof Error && ABSENT.has(error.name)) return null;
          throw error;
        }
      }),
  };
}
