import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '@weir/core';
import {
  aCustomProvider,
  anAccountId,
  aTokenHash,
  aTokenRecord,
  type DynamoDBEngine,
  gatewayId,
  LOCAL,
  ManualClock,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { createAccountStore, createGatewayStore, createTokenStore } from './create-control-stores.ts';

const table = 'config';
const clock = new ManualClock();
let engine: DynamoDBEngine;

beforeAll(async () => {
  engine = await startDynamoDBEngine();
  await engine.createConfigTable(table);
});

afterAll(() => engine.stop());

describe('a write whose answer is lost', () => {
  /** Loses the answer to the nth write, after the engine has carried it out. */
  async function losingAnswer(nth: number, run: (lossy: DynamoDBClient) => Promise<void>) {
    let writes = 0;
    const proxy = createServer(async (request, response) => {
      const headers = new Headers();
      for (const [name, values] of Object.entries(request.headersDistinct)) {
        if (name !== 'connection' && name !== 'content-length') headers.set(name, values?.join() ?? '');
      }
      const answer = await fetch(engine.endpoint, { method: 'POST', headers, body: await text(request) });
      const isWrite = !/Get|Query/.test(headers.get('x-amz-target') ?? '');
      if (isWrite && ++writes === nth) return request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(await answer.text());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const lossy = createDynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, ...LOCAL });
    try {
      await run(lossy);
      expect(writes).toBeGreaterThanOrEqual(nth);
    } finally {
      lossy.destroy();
      proxy.closeAllConnections();
      proxy.close();
    }
  }

  it('creates a gateway, and does not call it taken', () =>
    losingAnswer(1, async (lossy) => {
      const store = createGatewayStore({ client: lossy, table, clock });
      const account = anAccountId();
      const gateway = await store.create(account, gatewayId('g'), DEFAULT_SETTINGS);
      expect(gateway).not.toBe('exists');
      expect(await store.get(account, gatewayId('g'))).toEqual(gateway);
    }));

  it('updates a gateway once, and does not call it changed by another', () =>
    losingAnswer(2, async (lossy) => {
      const store = createGatewayStore({ client: lossy, table, clock });
      const gateway = await store.create(anAccountId(), gatewayId('g'), DEFAULT_SETTINGS);
      if (gateway === 'exists') throw new Error('the gateway should be new');
      expect(await store.update(gateway, DEFAULT_SETTINGS)).toMatchObject({ version: 2 });
    }));

  it('updates an account once, and does not call it changed by another', () =>
    losingAnswer(2, async (lossy) => {
      const store = createAccountStore({ client: lossy, table });
      const id = anAccountId();
      await store.create({ id, name: 'us', createdAt: '2026-01-02T03:04:05.000Z' });
      const first = { id, version: 0, customProviders: [], prices: [] };
      const changed = await store.update(first, { customProviders: [aCustomProvider()] });
      expect(changed).toMatchObject({ version: 1 });
      expect(await store.snapshot(id)).toEqual(changed);
    }));

  it('updates a token once, and does not call it changed by another', () =>
    losingAnswer(2, async (lossy) => {
      const store = createTokenStore({ client: lossy, table, clock });
      const record = aTokenRecord(anAccountId());
      await store.create(record);
      const off = { ...record, token: { ...record.token, enabled: false } };
      expect(await store.update(off, record)).toBe(true);
      expect(await store.findByHash(record.token.hash)).toEqual(off);
    }));

  it.each([2, 3])('rolls a token to one working secret, whichever write it was: %i', (nth) =>
    losingAnswer(nth, async (lossy) => {
      const store = createTokenStore({ client: lossy, table, clock });
      const record = aTokenRecord(anAccountId());
      await store.create(record);
      const rolled = await store.roll(record, aTokenHash());
      expect(rolled).not.toBeNull();
      expect(await store.list(record.token.account)).toEqual([rolled]);
      expect(await store.findByHash(record.token.hash)).toBeNull();
    }),
  );
});
