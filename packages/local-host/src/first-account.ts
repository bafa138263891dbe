import * as z from 'zod';
import { FolderDamaged } from './data/data-folder.ts';
import { engineClient } from './engines/aws-json.ts';
import type { Machine } from './machine.ts';
import { platformKeys } from './platform-keys.ts';

export interface FirstAccount {
  readonly accountId: string;
  readonly apiToken: string;
}

const firstTokenSchema = z.looseObject({ account_id: z.string(), api_token: z.string() });

/** Functions find the two secrets by these variables, so the host does too. */
const FIRST_TOKEN = 'WEIR_FIRST_TOKEN_SECRET';
const PLATFORM_KEYS = 'WEIR_PLATFORM_SECRET';

/**
 * The account that the deployment made, from the secret that it went into; empty when the template makes none.
 * @throws {FolderDamaged} when the template makes one and the secret does not hold it.
 */
export async function readFirstAccount(machine: Machine): Promise<FirstAccount> {
  const SecretId = declaredIn(machine, FIRST_TOKEN);
  if (SecretId === undefined) return { accountId: '', apiToken: '' };
  const { SecretString } = await secrets(machine)('GetSecretValue', { SecretId });
  const parsed = firstTokenSchema.safeParse(JSON.parse(String(SecretString)));
  if (!parsed.success) throw new FolderDamaged(machine.dataFolder, 'the token of the first account is gone');
  return { accountId: parsed.data.account_id, apiToken: parsed.data.api_token };
}

/** Writes the provider keys of the operator's environment into the secret that holds the platform's own. */
export async function fillPlatformSecret(machine: Machine): Promise<void> {
  const SecretId = declaredIn(machine, PLATFORM_KEYS);
  if (SecretId === undefined) return;
  const SecretString = JSON.stringify(platformKeys(machine.environment));
  await secrets(machine)('PutSecretValue', { SecretId, SecretString });
}

function secrets({ endpoints }: Machine) {
  return engineClient('secretsmanager', endpoints.secretsManager);
}

function declaredIn({ functions }: Machine, variable: string): string | undefined {
  return [...functions.values()]
    .map(({ environment }) => environment[variable])
    .find((value) => value !== undefined);
}
