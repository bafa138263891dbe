import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CircuitBreaker, type CircuitId, NEW_CIRCUIT, StoreUnavailable } from '@weir/core';
import {
  anAccountId,
  type DynamoDBEngine,
  LOCAL,
  ManualClock,
  runCircuitsCases,
  startDynamoDBEngine,
} from '@weir/testkit/stores';
import { DynamoDBCall } from '../aws/dynamodb-call.ts';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { DamagedItem } from '../table/damaged-item.ts';
import { circuitKey } from './circuit-item.ts';
import type { CircuitTable } from './circuit-table.ts';
import { createCircuitList, createCircuits, createMemoryCircuits } from './create-circuits.ts';
import { DynamoDBCircuitTable } from './dynamodb-circuit-table.ts';
import { MemoryCircuitTable } from './memory-circuit-table.ts';

const table = 'state';
const RULE: CircuitBreaker = { failure_rate: 50, minimum_calls: 20, cool_down: 15 };
const report = () => undefined;
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

const aCircuit = (): CircuitId => ({
  account: anAccountId(),
  gateway: 'a-gateway',
  provider: 'openai',
  host: 'api.openai.com',
});

runCircuitsCases({
  name: 'MemoryCircuitTable',
  make: async () => {
    const clock = new ManualClock();
    const shared = new MemoryCircuitTable(clock);
    return { process: () => createMemoryCircuits(clock, shared), list: shared, clock };
  },
});

runCircuitsCases({
  name: 'DynamoDBCircuitTable',
  make: async () => {
    const clock = new ManualClock();
    const options = { table, clock };
    return {
      process: () => createCircuits({ ...options, client: call, report }),
      list: createCircuitList({ ...options, client }),
      clock,
    };
  },
});

describe.each<[string, (clock: ManualClock) => CircuitTable]>([
  ['in memory', (clock) => new MemoryCircuitTable(clock)],
  ['on DynamoDB', (clock) => new DynamoDBCircuitTable({ client: call, table, clock })],
])('a table of circuits %s', (_, make) => {
  it('loses no count of fifty that come at once, and each sees the circuit as it was then', async () => {
    const [circuit, circuits] = [aCircuit(), make(new ManualClock())];
    const after = await Promise.all(
      Array.from({ length: 50 }, () => circuits.add(circuit, 7, { calls: 2, failures: 1 })),
    );
    expect(
      after.map(({ window }) => window.get(7)?.calls).toSorted((one = 0, other = 0) => one - other),
    ).toEqual(Array.from({ length: 50 }, (__, index) => 2 * (index + 1)));
    expect((await circuits.read(circuit)).window).toEqual(new Map([[7, { calls: 100, failures: 50 }]]));
  });

  it('of ten changes at once one happens', async () => {
    const [circuit, circuits] = [aCircuit(), make(new ManualClock())];
    const changes = await Promise.all(
      Array.from({ length: 10 }, () => circuits.change(circuit, 0, NEW_CIRCUIT)),
    );
    expect(changes.filter(Boolean)).toHaveLength(1);
    expect(await circuits.change(circuit, 1, NEW_CIRCUIT)).toMatchObject({ version: 2 });
  });

  it('a bucket takes the place of the one six before it, and not the other way round', async () => {
    const [circuit, circuits] = [aCircuit(), make(new ManualClock())];
    const one = { calls: 1, failures: 0 };
    for (const bucket of [1, 2, 3, 4, 5, 6, 7]) await circuits.add(circuit, bucket, one);
    const { window } = await circuits.add(circuit, 1, one);
    expect(window).toEqual(new Map([2, 3, 4, 5, 6, 7].map((bucket) => [bucket, one])));
  });
});

describe('circuits while the store is down', () => {
  async function openOne() {
    const clock = new ManualClock();
    const shared = new MemoryCircuitTable(clock);
    const circuits = createMemoryCircuits(clock, shared);
    const circuit = aCircuit();
    for (let left = 20; left > 0; left--) circuits.begin(circuit, RULE).end('failed');
    await circuits.settled([circuit]);
    expect(circuits.passOf(circuit, RULE)).toBe('open');
    return { clock, shared, circuits, circuit };
  }

  it('are closed within five seconds, whatever they were', async () => {
    const { clock, shared, circuits, circuit } = await openOne();
    shared.isDown = true;
    clock.advance(5_001);
    circuits.passOf(circuit, RULE);
    await circuits.settled([circuit]);
    expect(circuits.passOf(circuit, RULE)).toBe('closed');
  });

  it('are asked about once a second, not with every request, and hold again once it answers', async () => {
    const { clock, shared, circuits, circuit } = await openOne();
    shared.isDown = true;
    clock.advance(5_001);
    const before = shared.calls;
    for (let request = 0; request < 10; request++) {
      circuits.passOf(circuit, RULE);
      circuits.begin(circuit, RULE).end('failed');
      await circuits.settled([circuit]);
      clock.advance(200);
    }
    expect(shared.calls - before).toBe(2);
    shared.isDown = false;
    clock.advance(1_000);
    circuits.passOf(circuit, RULE);
    await circuits.settled([circuit]);
    expect(circuits.passOf(circuit, RULE)).toBe('open');
  });

  it('do not open by what only one process knows, and reject no promise', async () => {
    const clock = new ManualClock();
    const shared = new MemoryCircuitTable(clock);
    shared.isDown = true;
    const circuits = createMemoryCircuits(clock, shared);
    const circuit = aCircuit();
    for (let left = 50; left > 0; left--) circuits.begin(circuit, RULE).end('failed');
    await circuits.settled([circuit]);
    expect(circuits.passOf(circuit, RULE)).toBe('closed');
  });

  it('forget nothing that still counts: it is shared once the store answers', async () => {
    const clock = new ManualClock();
    const shared = new MemoryCircuitTable(clock);
    shared.isDown = true;
    const circuits = createMemoryCircuits(clock, shared);
    const circuit = aCircuit();
    for (let left = 20; left > 0; left--) circuits.begin(circuit, RULE).end('failed');
    await circuits.settled([circuit]);
    shared.isDown = false;
    clock.advance(1_000);
    circuits.passOf(circuit, RULE);
    await circuits.settled([circuit]);
    expect((await shared.read(circuit)).phase.kind).toBe('open');
    expect([...(await shared.read(circuit)).window.values()]).toEqual([{ calls: 20, failures: 20 }]);
  });

  it('on DynamoDB say what is wrong, and the list throws', async () => {
    const absent = { table: 'no-such-table', clock: new ManualClock() };
    const reported: unknown[] = [];
    const circuits = createCircuits({ ...absent, client: call, report: (error) => reported.push(error) });
    const circuit = aCircuit();
    circuits.begin(circuit, RULE).end('failed');
    await circuits.settled([circuit]);
    expect(reported).toEqual([expect.any(StoreUnavailable)]);
    await expect(createCircuitList({ ...absent, client }).list(circuit)).rejects.toThrow(StoreUnavailable);
  });

  it('a damaged item is named, and its circuit is closed', async () => {
    const circuit = aCircuit();
    const damaged = { ...circuitKey(circuit), phase: { S: '{"kind":"ajar"}' }, ttl: { N: '9999999999' } };
    await client.send(new PutItemCommand({ TableName: table, Item: damaged }));
    const options = { table, clock: new ManualClock() };
    const reported: unknown[] = [];
    const circuits = createCircuits({ ...options, client: call, report: (error) => reported.push(error) });
    circuits.passOf(circuit, RULE);
    await circuits.settled([circuit]);
    expect(circuits.passOf(circuit, RULE)).toBe('closed');
    expect(reported).toEqual([expect.any(DamagedItem)]);
    await expect(createCircuitList({ ...options, client }).list(circuit)).rejects.toThrow(DamagedItem);
  });
});

describe('circuits of a process', () => {
  it('ask nobody before two seconds have passed, however many requests there are', async () => {
    const clock = new ManualClock();
    const shared = new MemoryCircuitTable(clock);
    const circuits = createMemoryCircuits(clock, shared);
    const circuit = aCircuit();
    for (let request = 0; request < 1_000; request++) {
      circuits.passOf(circuit, RULE);
      circuits.begin(circuit, RULE).end('fine');
      await circuits.settled([circuit]);
      clock.advance(2);
    }
    // What was known before the first call, and what it said.
    expect(shared.calls).toBe(2);
    clock.advance(1);
    circuits.begin(circuit, RULE).end('fine');
    await circuits.settled([circuit]);
    expect((await shared.read(circuit)).window.size).toBeGreaterThan(0);
  });
});
