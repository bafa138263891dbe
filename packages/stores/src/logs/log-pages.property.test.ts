import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assertNever, epochMs, type LogPageQuery, type LogStore } from '@weir/core';
import { AN_HOUR, aRecordAt, HOUR, type LogEngines, startLogEngines } from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import fc from 'fast-check';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createLogStore } from './create-log-store.ts';
import { inParallel } from './in-parallel.ts';
import { MemoryLogStore } from './memory-log-store.ts';

let engines: LogEngines;
let client: DynamoDBClient;

beforeAll(async () => {
  engines = await startLogEngines();
  client = createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });
});

afterAll(async () => {
  client.destroy();
  await engines.stop();
});

const gateway = gatewayId('default');
const openStore = (clock: ManualClock) =>
  createLogStore({ client, table: engines.table, bucket: new MemoryBucket(), clock });

/** Few instants, so that ids collide in time, hours fill and range ends meet records. */
const instant = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1, 2, HOUR - 1))
  .map(([hour, rest]) => epochMs(AN_HOUR + hour * HOUR + rest));
const bound = fc.option(instant);

type Selection = Pick<LogPageQuery, 'from' | 'to' | 'direction' | 'skip' | 'take'>;
const selection: fc.Arbitrary<Selection> = fc.record({
  from: bound,
  to: bound,
  direction: fc.constantFrom('asc' as const, 'desc' as const),
  skip: fc.integer({ min: 0, max: 12 }),
  take: fc.integer({ min: 0, max: 12 }),
});

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), at: instant }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('list' as const), selection }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), selection }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('feedback' as const), nth: fc.nat(), score: fc.nat(100) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat(120) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-gateway' as const), until: instant }) },
);

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

describe('the log store and its twin', () => {
  it('answer the same, whatever is put, listed, deleted and said in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const clock = new ManualClock();
        const stores: readonly LogStore[] = [openStore(clock), new MemoryLogStore({ clock })];
        const account = anAccountId();
        const ids: ReturnType<typeof aRecordAt>['id'][] = [];
        const both = async (ask: (store: LogStore) => Promise<unknown>) => {
          const [stored, twin] = [await ask(stores[0] as LogStore), await ask(stores[1] as LogStore)];
          expect(stored).toEqual(twin);
        };
        const scope = { account, gateway };
        const take = (step: Step): Promise<void> | undefined => {
          switch (step.kind) {
            case 'put': {
              const record = aRecordAt(step.at, account);
              ids.push(record.id);
              return both((store) => store.put(record));
            }
            case 'list':
              return both((store) => store.list({ ...scope, ...step.selection }));
            case 'delete':
              return both((store) => store.deleteMany({ ...scope, ...step.selection }));
            case 'feedback': {
              const id = ids[step.nth % ids.length];
              return id === undefined
                ? undefined
                : both((store) => store.giveFeedback(account, gateway, id, { score: step.score }));
            }
            case 'wait':
              clock.advance(step.minutes * 60_000);
              return undefined;
            case 'delete-gateway':
              return both((store) => store.deleteGateway(account, gateway, step.until));
            default:
              return assertNever(step);
          }
        };
        for (const step of steps) await take(step);
        await both((store) =>
          store.list({ ...scope, from: null, to: null, direction: 'desc', skip: 0, take: 50 }),
        );
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  it('gives five hundred records of many hours page by page in the order of their ids', async () => {
    const store = openStore(new ManualClock());
    const account = anAccountId();
    const records = Array.from({ length: 500 }, (_, n) =>
      aRecordAt(epochMs(AN_HOUR - (n % 37) * HOUR + n * 997), account),
    );
    await inParallel(records, 16, (record) => store.put(record));
    const sorted = records.map(({ id }) => id).sort((a, b) => (a < b ? 1 : -1));
    const query = { account, gateway, from: null, to: null, direction: 'desc', take: 50 } as const;
    const seen = [];
    for (let skip = 0; skip < 500; skip += 50) {
      const { entries, total } = await store.list({ ...query, skip });
      expect(total).toBe(500);
      seen.push(...entries.map(({ record }) => record.id));
    }
    expect(seen).toEqual(sorted);
  }, 60_000);
});
