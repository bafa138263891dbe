import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_GATEWAY, DEFAULT_SETTINGS, StoreUnavailable } from '@weir/core';
import {
  anAccountId,
  aTokenRecord,
  type DynamoDBEngine,
  gatewayId,
  LOCAL,
  ManualClock,
  runConfigSourceCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import {
  createAccountStore,
  createGatewayStore,
  createTokenStore,
} from '../control/create-control-stores.ts';
import { MemoryAccountStore } from '../control/memory-account-store.ts';
import { MemoryConfig } from '../control/memory-config.ts';
import { MemoryGatewayStore } from '../control/memory-gateway-store.ts';
import { MemoryTokenStore } from '../control/memory-token-store.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { toGatewayItem } from '../table/gateway-item.ts';
import { toTokenItem } from '../table/token-item.ts';
import { createConfigSource } from './create-config-source.ts';
import { DynamoDBConfigSource } from './dynamodb-config-source.ts';
import { FreshConfigSource } from './fresh-config-source.ts';
import { MemoryConfigSource } from './memory-config-source.ts';

const table = 'config';
const clock = new ManualClock();
let engine: DynamoDBEngine;
let client: DynamoDBClient;
let call: DynamoDBCall;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createConfigTable(table);
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL });
  call = new DynamoDBCall({ endpoint: engine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

const onDynamoDB = () => ({
  accounts: createAccountStore({ client, table }),
  gateways: createGatewayStore({ client, table, clock }),
  tokens: createTokenStore({ client, table, clock }),
});

function inMemory() {
  const config = new MemoryConfig();
  return {
    source: new MemoryConfigSource(config, clock),
    accounts: new MemoryAccountStore(config),
    gateways: new MemoryGatewayStore(config, clock),
    tokens: new MemoryTokenStore(config),
  };
}

runConfigSourceCases({ name: 'MemoryConfigSource', make: async () => inMemory() });

runConfigSourceCases({
  name: 'DynamoDBConfigSource',
  make: async () => ({ source: new DynamoDBConfigSource({ client: call, table, clock }), ...onDynamoDB() }),
});

runConfigSourceCases({
  name: 'FreshConfigSource in memory',
  make: async () => {
    const { source, ...stores } = inMemory();
    return { source: new FreshConfigSource(source, clock), ...stores };
  },
});

runConfigSourceCases({
  name: 'FreshConfigSource on DynamoDB',
  make: async () => ({ source: createConfigSource({ client: call, table, clock }), ...onDynamoDB() }),
});

describe('configuration on DynamoDB', () => {
  it('fifty sources in as many processes create one default gateway', async () => {
    const account = anAccountId();
    const seen = await Promise.all(
      Array.from({ length: 50 }, () =>
        createConfigSource({ client: call, table, clock }).createDefaultGateway(account),
      ),
    );
    expect(new Set(seen.map(({ internalId }) => internalId)).size).toBe(1);
    expect(await onDynamoDB().gateways.list(account)).toEqual([seen[0]]);
  });

  it('says which item is damaged, and does not take it for a missing one', async () => {
    const record = aTokenRecord(anAccountId());
    await client.send(
      new PutItemCommand({ TableName: table, Item: { ...toTokenItem(record), verdict: { S: '{}' } } }),
    );
    const source = createConfigSource({ client: call, table, clock });
    await expect(source.load({ gateway: null, token: record.token.hash })).rejects.toThrow(DamagedItem);
  });

  it('reads a token with a permission that only a newer version knows, without that permission', async () => {
    const record = aTokenRecord(anAccountId());
    const grants = [{ effect: 'allow', permissions: ['gateway:run', 'moon:land'], gateways: 'all' }];
    const verdict = { S: JSON.stringify({ ...record.token, grants }) };
    await client.send(new PutItemCommand({ TableName: table, Item: { ...toTokenItem(record), verdict } }));
    const { token } = await createConfigSource({ client: call, table, clock }).load({
      gateway: null,
      token: record.token.hash,
    });
    expect(token?.grants).toEqual([{ effect: 'allow', permissions: ['gateway:run'], gateways: 'all' }]);
  });

  it('reads a gateway that was written before the cache was, and forgets its cache with the next change', async () => {
    const account = anAccountId();
    const first = await onDynamoDB().gateways.create(account, DEFAULT_GATEWAY, DEFAULT_SETTINGS);
    if (first === 'exists') throw new Error('the gateway should be new');
    const { cache_epoch: _, ...item } = toGatewayItem(first);
    await client.send(new PutItemCommand({ TableName: table, Item: item }));
    const query = { gateway: { account, id: DEFAULT_GATEWAY }, token: null };
    const { gateway } = await createConfigSource({ client: call, table, clock }).load(query);
    expect(gateway).toEqual(first);
    const next = await onDynamoDB().gateways.update(first, DEFAULT_SETTINGS, { forgetsCache: true });
    expect(next).toMatchObject({ cacheEpoch: 1 });
  });

  it('serves what it knows while the engine is silent, says how old it is, and recovers', async () => {
    const time = new ManualClock();
    const silent = await startDynamoDBEngine();
    await silent.createConfigTable(table);
    const options = {
      endpoint: silent.endpoint,
      ...LOCAL,
      patience: { connect: 150, answer: 150, attempts: 1 },
    };
    const short = createDynamoDBClient(options);
    try {
      const gateways = createGatewayStore({ client: short, table, clock: time });
      const account = anAccountId();
      const first = await gateways.create(account, DEFAULT_GATEWAY, DEFAULT_SETTINGS);
      if (first === 'exists') throw new Error('the gateway should be new');
      const source = createConfigSource({ client: new DynamoDBCall(options), table, clock: time });
      const query = { gateway: { account, id: DEFAULT_GATEWAY }, token: null };
      await source.load(query);

      silent.freeze();
      time.advance(30_000);
      expect(await source.load(query)).toEqual({ gateway: first, token: null, account: null, stale: 30_000 });
      await expect(
        source.load({ gateway: { account, id: gatewayId('unknown') }, token: null }),
      ).rejects.toThrow(StoreUnavailable);

      silent.thaw();
      const second = await gateways.update(first, { ...DEFAULT_SETTINGS, cache_ttl: 60 });
      time.advance(1_000);
      expect(await source.load(query)).toEqual({ gateway: second, token: null, account: null, stale: null });
    } finally {
      short.destroy();
      await silent.stop();
    }
  });
});
