import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import { LOCAL } from '@weir/testkit/stores';
import * as z from 'zod';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { readItems } from './read-items.ts';

const keysOf = z.object({
  RequestItems: z.object({
    config: z.object({
      ConsistentRead: z.literal(true),
      Keys: z.array(z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) })),
    }),
  }),
});
type Key = z.output<typeof keysOf>['RequestItems']['config']['Keys'][number];

/** DynamoDB as it is when it throttles, which the embedded engine never is: it answers for the first `served` keys. */
class ThrottlingTable {
  readonly calls: number[] = [];
  readonly #server: Server;
  readonly client: DynamoDBClient;

  constructor(server: Server, client: DynamoDBClient) {
    this.#server = server;
    this.client = client;
  }

  static async start(served: (call: number, keys: Key[]) => Key[]): Promise<ThrottlingTable> {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const { Keys } = keysOf.parse(JSON.parse(body)).RequestItems.config;
      table.calls.push(Keys.length);
      const items = served(table.calls.length, Keys);
      const open = Keys.filter((key) => !items.includes(key));
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(
        JSON.stringify({
          Responses: { config: items },
          UnprocessedKeys: open.length > 0 ? { config: { Keys: open, ConsistentRead: true } } : {},
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createDynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, ...LOCAL });
    const table = new ThrottlingTable(server, client);
    return table;
  }

  stop(): void {
    this.client.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const keys = (count: number) => Array.from({ length: count }, (_, i) => ({ pk: `T#${i}`, sk: 'TOKEN' }));

describe('reading items', () => {
  let table: ThrottlingTable | undefined;
  afterEach(() => table?.stop());

  it('asks again for the keys that were left out, and for no others', async () => {
    table = await ThrottlingTable.start((_, open) => open.slice(0, 1));
    const items = await readItems(table.client, 'config', keys(3));
    expect(items.map((item) => item.pk?.S).sort()).toEqual(['T#0', 'T#1', 'T#2']);
    expect(table.calls).toEqual([3, 2, 1]);
  });

  it('takes keys that stay left out for unread, not for absent', async () => {
    table = await ThrottlingTable.start(() => []);
    await expect(readItems(table.client, 'config', keys(1))).rejects.toThrow(StoreUnavailable);
  });

  it('asks for more than a hundred keys in calls of a hundred', async () => {
    table = await ThrottlingTable.start((_, open) => open);
    expect(await readItems(table.client, 'config', keys(230))).toHaveLength(230);
    expect(table.calls).toEqual([100, 100, 30]);
  });

  it('asks nothing for no keys', async () => {
    table = await ThrottlingTable.start((_, open) => open);
    expect(await readItems(table.client, 'config', [])).toEqual([]);
    expect(table.calls).toEqual([]);
  });
});
