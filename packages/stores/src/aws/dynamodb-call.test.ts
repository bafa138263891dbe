import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@weir/core';
import { LOCAL, startDynamoDBEngine } from '@weir/testkit/stores';
import { ask, isConditionRefused } from './ask.ts';
import type { Patience } from './client-settings.ts';
import { DynamoDBCall } from './dynamodb-call.ts';
import { createDynamoDBClient } from './dynamodb-client.ts';

interface Seen {
  readonly target: unknown;
  readonly body: unknown;
}

/** A service that answers each call as `answer` says, and remembers what it was asked. */
async function startService(answer: (response: ServerResponse, call: number) => void) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    seen.push({ target: request.headers['x-amz-target'], body: JSON.parse(body) });
    answer(response, seen.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    seen,
    options: { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...LOCAL },
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const refuse = (response: ServerResponse, status: number, name: string) =>
  response.writeHead(status).end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}` }));

const Key: Record<string, AttributeValue> = { pk: { S: 'a' }, sk: { S: '☃' } };
const bytes = Buffer.from([0, 255, 10, 13]);

describe('an operation', () => {
  it('is on the wire what the SDK makes of the same input', async () => {
    using service = await startService((response) => response.end('{}'));
    const get = { TableName: 'items', Key, ConsistentRead: true };
    const put = { TableName: 'items', Item: { ...Key, body: { B: bytes }, tags: { SS: ['x'] } } };
    const update = {
      TableName: 'items',
      Key,
      UpdateExpression: 'SET #body = :body ADD n :one',
      ConditionExpression: 'attribute_not_exists(n)',
      ExpressionAttributeNames: { '#body': 'body' },
      ExpressionAttributeValues: { ':body': { B: bytes.subarray(1) }, ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW' as const,
    };
    const batch = { RequestItems: { items: { Keys: [Key], ConsistentRead: true } } };

    const call = new DynamoDBCall(service.options);
    await call.getItem(get);
    await call.putItem(put);
    await call.updateItem(update);
    await call.batchGetItem(batch);
    const ours = service.seen.splice(0);

    const client = createDynamoDBClient(service.options);
    await client.send(new GetItemCommand(get));
    await client.send(new PutItemCommand(put));
    await client.send(new UpdateItemCommand(update));
    await client.send(new BatchGetItemCommand(batch));
    client.destroy();
    expect(ours).toHaveLength(4);
    expect(ours).toEqual(service.seen);
  });

  it('brings an item back as it was given, binary included, and null for one that is not there', async () => {
    const engine = await startDynamoDBEngine();
    try {
      await engine.createStateTable('items');
      const call = new DynamoDBCall({ endpoint: engine.endpoint, ...LOCAL });
      const item = { ...Key, body: { B: bytes }, n: { N: '12' }, flag: { BOOL: false } };
      expect(await call.getItem({ TableName: 'items', Key })).toBeNull();
      await call.putItem({ TableName: 'items', Item: item });
      expect(await call.getItem({ TableName: 'items', Key })).toEqual(item);
      const { Responses } = await call.batchGetItem({ RequestItems: { items: { Keys: [Key] } } });
      expect(Responses).toEqual({ items: [item] });
      const changed = await call.updateItem({
        TableName: 'items',
        Key,
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      });
      expect(changed).toEqual({ ...item, n: { N: '13' } });
      const refused = call.putItem({
        TableName: 'items',
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      expect(isConditionRefused(await refused.catch((error) => error))).toBe(true);
    } finally {
      await engine.stop();
    }
  });
});

describe('a call that fails', () => {
  const get = (call: DynamoDBCall) => call.getItem({ TableName: 'items', Key });

  it.each<[string, (response: ServerResponse) => void]>([
    ['was throttled', (response) => refuse(response, 400, 'ProvisionedThroughputExceededException')],
    ['met a limit of the account', (response) => refuse(response, 400, 'RequestLimitExceeded')],
    ['met a fault of the service', (response) => refuse(response, 500, 'InternalServerError')],
    ['met something in between', (response) => response.writeHead(503).end('<html>')],
    ['lost its connection', (response) => response.socket?.resetAndDestroy()],
    ['was answered with half an answer', (response) => response.end('{"Item":')],
  ])('because it %s is made once more', async (_, fail) => {
    using service = await startService((response, call) => {
      if (call === 1) fail(response);
      else response.end('{"Item":{"n":{"N":"1"}}}');
    });
    expect(await get(new DynamoDBCall(service.options))).toEqual({ n: { N: '1' } });
    expect(service.seen).toHaveLength(2);
    expect(service.seen[1]).toEqual(service.seen[0]);
  });

  it('because nobody answered in time is made once more', async () => {
    using service = await startService((response, call) => {
      if (call > 1) response.end('{}');
    });
    const patience: Patience = { connect: 1_000, answer: 150, attempts: 2 };
    expect(await get(new DynamoDBCall({ ...service.options, patience }))).toBeNull();
    expect(service.seen).toHaveLength(2);
  });

  it.each([
    'ConditionalCheckFailedException',
    'ResourceNotFoundException',
    'AccessDeniedException',
    'ValidationException',
  ])('with the service’s last word, %s, is not made again', async (name) => {
    using service = await startService((response) => refuse(response, 400, name));
    await expect(get(new DynamoDBCall(service.options))).rejects.toMatchObject({ name });
    expect(service.seen).toHaveLength(1);
  });

  it('is not made more often than its patience says, and is an outage', async () => {
    using service = await startService((response) => refuse(response, 400, 'ThrottlingException'));
    const patience: Patience = { connect: 1_000, answer: 1_000, attempts: 3 };
    const failed = ask('read', () => get(new DynamoDBCall({ ...service.options, patience })));
    await expect(failed).rejects.toThrow(StoreUnavailable);
    await expect(failed).rejects.toMatchObject({ cause: { name: 'ThrottlingException' } });
    expect(service.seen).toHaveLength(3);
  });
});
