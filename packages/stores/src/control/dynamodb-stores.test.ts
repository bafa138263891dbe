import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, StoreUnavailable } from '@weir/core';
import {
  anAccountId,
  aTokenHash,
  aTokenRecord,
  type DynamoDBEngine,
  gatewayId,
  LOCAL,
  ManualClock,
  runAccountStoreCases,
  runGatewayStoreCases,
  runRouteStoreCases,
  runTokenStoreCases,
  runTopUpPlansCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { toGatewayItem } from '../table/gateway-item.ts';
import { tokenKey } from '../table/keys.ts';
import { toTokenItem } from '../table/token-item.ts';
import {
  createAccountStore,
  createGatewayStore,
  createRouteStore,
  createTokenStore,
  createTopUpPlans,
} from './create-control-stores.ts';

const table = 'config';
let engine: DynamoDBEngine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createConfigTable(table);
  client = createDynamoDBClient({ endpoint: engine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engine.stop();
});

runGatewayStoreCases({
  name: 'DynamoDBGatewayStore',
  make: async () => {
    const clock = new ManualClock();
    return { store: createGatewayStore({ client, table, clock }), clock };
  },
});

runTokenStoreCases({
  name: 'DynamoDBTokenStore',
  make: async () => createTokenStore({ client, table, clock: new ManualClock() }),
});

runAccountStoreCases({
  name: 'DynamoDBAccountStore',
  make: async () => createAccountStore({ client, table }),
});

runTopUpPlansCases({
  name: 'DynamoDBTopUpPlans',
  make: async () => createTopUpPlans({ client, table }),
});

runRouteStoreCases({
  name: 'DynamoDBRouteStore',
  make: async () => createRouteStore({ client, table }),
});

describe('a damaged item', () => {
  const clock = new ManualClock();

  it('is an error that names its key and the attribute, and quotes nothing of it', async () => {
    const record = aTokenRecord(anAccountId());
    const item = { ...toTokenItem(record), verdict: { S: '{"name":"not to be shown"' } };
    await client.send(new PutItemCommand({ TableName: table, Item: item }));
    const store = createTokenStore({ client, table, clock });
    const failure = await store.findByHash(record.token.hash).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DamagedItem);
    expect(String(failure)).toContain(tokenKey(record.token.hash).pk);
    expect(String(failure)).toContain('verdict');
    expect(String(failure)).not.toContain('not to be shown');
  });

  it('of a gateway with a field of another type is an error too', async () => {
    const store = createGatewayStore({ client, table, clock });
    const account = anAccountId();
    await store.create(account, gatewayId('g'), DEFAULT_SETTINGS);
    const key = { pk: { S: `G#${account}#g` }, sk: { S: 'SNAPSHOT' } };
    await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { ...key, version: { S: 'one' }, settings: { S: '{}' } },
      }),
    );
    await expect(store.get(account, gatewayId('g'))).rejects.toThrow(DamagedItem);
  });

  it.each([
    ['not-JSON', '[{"secret":"not to be shown"'],
    ['no list', '{"secret":"not to be shown"}'],
    ['of another shape', '[{"id":"1","secret":{"kind":"open","key":"not to be shown"}}]'],
  ])('of a gateway whose keys or routes are %s is an error that quotes none', async (_, text) => {
    const store = createGatewayStore({ client, table, clock });
    const gateway = await store.create(anAccountId(), gatewayId('g'), DEFAULT_SETTINGS);
    if (gateway === 'exists') throw new Error('it is new');
    for (const part of ['keys', 'routes']) {
      const Item = { ...toGatewayItem(gateway), [part]: { S: text } };
      await client.send(new PutItemCommand({ TableName: table, Item }));
      const failure = await store.get(gateway.account, gateway.id).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DamagedItem);
      expect(String(failure)).toContain(part);
      expect(String(failure)).not.toContain('not to be shown');
    }
  });

  it('written before a setting existed is not damaged: the setting has its default', async () => {
    const store = createGatewayStore({ client, table, clock });
    const account = anAccountId();
    const { zdr: _, ...older } = { ...DEFAULT_SETTINGS, cache_ttl: 61 };
    await store.create(account, gatewayId('g'), older as typeof DEFAULT_SETTINGS);
    expect((await store.get(account, gatewayId('g')))?.settings).toEqual({
      ...DEFAULT_SETTINGS,
      cache_ttl: 61,
    });
  });
});

describe('a table that cannot be asked', () => {
  const patience = { connect: 200, answer: 200, attempts: 1 };

  it('is StoreUnavailable, whether the table is missing or the engine is silent', async () => {
    const silent = await startDynamoDBEngine();
    await silent.createConfigTable(table);
    const stalled = createDynamoDBClient({ endpoint: silent.endpoint, ...LOCAL, patience });
    const clock = new ManualClock();
    const account = anAccountId();
    try {
      for (const options of [
        { client, table: 'missing', clock },
        { client: stalled, table, clock },
      ]) {
        if (options.client === stalled) silent.freeze();
        const gateways = createGatewayStore(options);
        const tokens = createTokenStore(options);
        for (const question of [
          () => gateways.get(account, gatewayId('g')),
          () => gateways.list(account),
          () => gateways.create(account, gatewayId('g'), DEFAULT_SETTINGS),
          () => gateways.delete(account, gatewayId('g')),
          () => tokens.findByHash(aTokenHash()),
          () => tokens.create(aTokenRecord(account)),
          () => tokens.delete(aTokenRecord(account)),
        ]) {
          await expect(question()).rejects.toThrow(StoreUnavailable);
        }
      }
    } finally {
      stalled.destroy();
      await silent.stop();
    }
  });
});
