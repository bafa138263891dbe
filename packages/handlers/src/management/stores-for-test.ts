import type { AccountStore, Clock, GatewayStore, LogStore, TokenStore } from '@weir/core';
import { createBucket, createS3Client } from '@weir/stores/bucket';
import {
  createAccountStore,
  createDynamoDBClient,
  createGatewayStore,
  createTokenStore,
} from '@weir/stores/control';
import { createLogStore } from '@weir/stores/logs';
import {
  MemoryAccountStore,
  MemoryConfig,
  MemoryGatewayStore,
  MemoryLogStore,
  MemoryTokenStore,
} from '@weir/stores/memory';
import { startLogEngines } from '@weir/testkit/logs';
import { LOCAL } from '@weir/testkit/stores';

export interface Stores {
  readonly accounts: AccountStore;
  readonly gateways: GatewayStore;
  readonly tokens: TokenStore;
  readonly logs: LogStore;
}

/** Somewhere to keep state. Accounts keep tests apart, so one place serves them all. */
export interface Place {
  stores(clock: Clock): Stores;
  stop(): Promise<void>;
}

export async function inMemory(): Promise<Place> {
  return {
    stores: (clock) => {
      const config = new MemoryConfig();
      return {
        accounts: new MemoryAccountStore(config),
        gateways: new MemoryGatewayStore(config, clock),
        tokens: new MemoryTokenStore(config),
        logs: new MemoryLogStore({ clock }),
      };
    },
    stop: async () => {},
  };
}

/** The stores of a deployment, on the engines that the local host runs. */
export async function onEngines(): Promise<Place> {
  const engines = await startLogEngines();
  await engines.tableEngine.createConfigTable('config');
  const client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
  const s3 = createS3Client({ endpoint: engines.bucketEngine.endpoint, ...LOCAL });
  return {
    stores: (clock) => {
      const config = { client, table: 'config', clock };
      return {
        accounts: createAccountStore(config),
        gateways: createGatewayStore(config),
        tokens: createTokenStore(config),
        logs: createLogStore({
          client,
          table: engines.table,
          bucket: createBucket({ bucket: engines.bucket, client: s3 }),
          clock,
        }),
      };
    },
    stop: async () => {
      client.destroy();
      s3.destroy();
      await engines.stop();
    },
  };
}
