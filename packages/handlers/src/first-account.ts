import { randomBytes } from 'node:crypto';
import { epochMs } from '@weir/core';
import { createAccountStore, createDynamoDBClient, createTokenStore } from '@weir/stores/control';
import { createSecretVault } from '@weir/stores/secret-vault';
import { required } from './edge/environment.ts';
import { createFirstAccountHandler } from './first-account/create-handler.ts';

const clock = { now: () => epochMs(Date.now()) };
const config = { client: createDynamoDBClient(), table: required('WEIR_CONFIG_TABLE'), clock };

/** Makes the deployment's account and its first token, for the custom resource `Custom::WeirFirstAccount`. */
export const handler = createFirstAccountHandler({
  accounts: createAccountStore(config),
  tokens: createTokenStore(config),
  vault: createSecretVault(required('WEIR_FIRST_TOKEN_SECRET')),
  clock,
  ids: { random: (size) => randomBytes(size) },
});
