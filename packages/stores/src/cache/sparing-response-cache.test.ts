import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type CacheKey, CacheSpared, DEFAULT_GATEWAY, epochMs, StoreUnavailable } from '@weir/core';
import { anAccountId, LOCAL, ManualClock } from '@weir/testkit/stores';
import type { ClientOptions } from '../aws/client-settings.ts';
import { createResponseCache } from './create-response-cache.ts';

/** With the patience that the store itself has. */
const { patience: _, ...KEYS } = LOCAL;
const owner = { account: anAccountId(), gateway: DEFAULT_GATEWAY };
let keys = 0;
const aKey = () => String(keys++).padStart(64, '0') as CacheKey;

/** A table that takes every question, and answers as it is told: not at all, to begin with. */
async function startTable(more: Partial<ClientOptions> = {}) {
  const asked: unknown[] = [];
  let answer = (_response: ServerResponse) => {};
  const server = createServer((request, response) => {
    asked.push(request.headers['x-amz-target']);
    request.resume();
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new ManualClock();
  const cache = createResponseCache({
    connection: { endpoint, ...KEYS, ...more },
    table: 'cache',
    clock,
    loadBucket: async () => {
      throw new Error('nobody needs it');
    },
  });
  return {
    asked,
    clock,
    cache,
    answers(how: (response: ServerResponse) => void) {
      answer = how;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const failure = (question: Promise<unknown>) =>
  question.then(
    () => null,
    (error: unknown) => error,
  );
const SHORT = { patience: { connect: 1_000, answer: 30, attempts: 1 } };

describe('a cache table that takes questions and answers none', () => {
  it('costs a read one attempt of 500 ms', async () => {
    await using table = await startTable();
    const error = await failure(table.cache.get(aKey()));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).not.toBeInstanceOf(CacheSpared);
    expect(error).toMatchObject({ cause: { name: 'TimeoutError', message: 'no answer within 500 ms' } });
    expect(table.asked).toEqual(['DynamoDB_20120810.GetItem']);
  });

  it('has two attempts of a second with who came to share a call', async () => {
    await using table = await startTable();
    const lease = table.cache.lease(aKey(), owner, 'a', epochMs(table.clock.now() + 10_000));
    for (const error of await Promise.all([table.cache.get(aKey(), 'patiently'), lease].map(failure)))
      expect(error).toMatchObject({ cause: { name: 'TimeoutError', message: 'no answer within 1000 ms' } });
    expect(table.asked).toHaveLength(4);
  });

  it('is not asked after three questions in a row, but for one after each pause', async () => {
    await using table = await startTable(SHORT);
    const spared: boolean[] = [];
    for (let request = 0; request < 10; request++)
      spared.push((await failure(table.cache.get(aKey()))) instanceof CacheSpared);
    expect(spared).toEqual([...Array(3).fill(false), ...Array(7).fill(true)]);
    const lease = table.cache.lease(aKey(), owner, 'a', epochMs(table.clock.now() + 10_000));
    expect(await failure(lease)).toBeInstanceOf(CacheSpared);
    expect(table.asked).toHaveLength(3);

    table.clock.advance(2_000);
    const errors = await Promise.all(Array.from({ length: 10 }, () => failure(table.cache.get(aKey()))));
    expect(errors.filter((error) => !(error instanceof CacheSpared))).toHaveLength(1);
    expect(table.asked).toHaveLength(4);
  });

  it('is used again as soon as it answers', async () => {
    await using table = await startTable(SHORT);
    for (let request = 0; request < 4; request++) await failure(table.cache.get(aKey()));
    table.answers((response) => response.end('{}'));
    expect(await failure(table.cache.get(aKey()))).toBeInstanceOf(CacheSpared);
    table.clock.advance(2_000);
    for (let request = 0; request < 3; request++)
      expect(await table.cache.get(aKey())).toEqual({ answer: null, leader: null });
  });

  it('is still told what is done beside the requests', async () => {
    await using table = await startTable(SHORT);
    for (let request = 0; request < 4; request++) await failure(table.cache.get(aKey()));
    table.answers((response) => response.end('{}'));
    await table.cache.release(aKey(), 'a');
    expect(await table.cache.purge(aKey(), owner)).toBe(false);
    const answer = { status: 200, headers: [], body: Buffer.from('{}'), form: '', asStream: false };
    const now = table.clock.now();
    const times = { askedAt: now, expiresAt: epochMs(now + 60_000) };
    expect(await table.cache.put(aKey(), owner, { ...answer, storedAt: now }, times)).toBe(true);
  });
});

describe('a cache table that answers with errors', () => {
  it.each([400, 500])('is asked by every request, because that costs no time (%d)', async (status) => {
    await using table = await startTable({ patience: { connect: 1_000, answer: 5_000, attempts: 1 } });
    table.answers((response) => response.writeHead(status).end('{"__type":"x#Failed"}'));
    for (let request = 0; request < 6; request++) {
      const error = await failure(table.cache.get(aKey()));
      expect([error instanceof StoreUnavailable, error instanceof CacheSpared]).toEqual([true, false]);
    }
    expect(table.asked).toHaveLength(6);
  });

  it('is no silent one: an error between silences begins the count again', async () => {
    await using table = await startTable(SHORT);
    const silent = () => failure(table.cache.get(aKey()));
    await silent();
    await silent();
    table.answers((response) => response.writeHead(400).end('{"__type":"x#ThrottlingException"}'));
    await silent();
    table.answers(() => {});
    await silent();
    await silent();
    expect(await silent()).not.toBeInstanceOf(CacheSpared);
    expect(await silent()).toBeInstanceOf(CacheSpared);
  });
});
