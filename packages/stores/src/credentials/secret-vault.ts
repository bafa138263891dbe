import { hash } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Secret, StoreUnavailable } from '@weir/core';
import { type ClientOptions, clientSettings, type Patience } from '../aws/client-settings.ts';

/** Nobody waits but a deployment. */
const OFF_PATH: Patience = { connect: 2_000, answer: 5_000, attempts: 3 };

/** One secret that is read and written whole. */
export interface SecretVault {
  /** Null when it has no value yet. @throws {StoreUnavailable} */
  read(): Promise<string | null>;
  /**
   * Once for each `attempt`: a second write of the same attempt with another value changes nothing and answers
   * `'written-before'`. @throws {StoreUnavailable}
   */
  write(value: Secret, attempt: string): Promise<'written' | 'written-before'>;
}

/**
 * A secret in Secrets Manager, by its ARN. The service's messages can quote what was sent, so they stay in the cause,
 * which nothing prints.
 */
export function createSecretVault(id: string, options: ClientOptions = {}): SecretVault {
  const client = new SecretsManagerClient(clientSettings('secrets-manager', OFF_PATH, options));
  return {
    async read() {
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
        return SecretString ?? null;
      } catch (cause) {
        if (isNamed(cause, 'ResourceNotFoundException')) return null;
        throw new StoreUnavailable('cannot read the secret', { cause });
      }
    },
    async write(value, attempt) {
      // The service wants 32 to 64 characters; equal attempts have equal hashes.
      const token = hash('sha256', attempt, 'hex');
      const command = new PutSecretValueCommand({
        SecretId: id,
        SecretString: value.reveal(),
        ClientRequestToken: token,
      });
      try {
        await client.send(command);
        return 'written';
      } catch (cause) {
        if (isNamed(cause, 'ResourceExistsException')) return 'written-before';
        throw new StoreUnavailable('cannot write the secret', { cause });
      }
    },
  };
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;
