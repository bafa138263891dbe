/** The control plane's stores on the `config` table. */
export { createDynamoDBClient } from '../aws/dynamodb-client.ts';
export { DamagedItem } from '../table/damaged-item.ts';
export type { ControlStoreOptions } from './control-store-options.ts';
export {
  createAccountStore,
  createGatewayStore,
  createRouteStore,
  createTokenStore,
  createTopUpPlans,
} from './create-control-stores.ts';
