import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AccountId,
  assertNever,
  DIMENSIONS,
  type Dimension,
  epochMs,
  type RequestRecord,
  type TotalsReader,
} from '@weir/core';
import { AN_HOUR, aRecordAt, type LogEngines, startLogEngines, WatchedCalls } from '@weir/testkit/logs';
import { anAccountId, gatewayId, LOCAL, ManualClock } from '@weir/testkit/stores';
import fc from 'fast-check';
import { createDynamoDBClient } from '../aws/dynamodb-client.ts';
import { MemoryBucket } from '../bucket/memory-bucket.ts';
import { createLogStore } from '../logs/create-log-store.ts';
import { createTotals, createTotalsRecount } from './create-totals.ts';
import { MemoryTotals } from './memory-totals.ts';

let engines: LogEngines;
let client: DynamoDBClient;
const opened: DynamoDBClient[] = [];

const connect = () => createDynamoDBClient({ endpoint: engines.tableEngine.endpoint, ...LOCAL });

beforeAll(async () => {
  engines = await startLogEngines();
  client = connect();
});

afterAll(async () => {
  for (const each of [client, ...opened]) each.destroy();
  await engines.stop();
});

const MINUTE = 60_000;
const gateway = gatewayId('default');
const bucket = new MemoryBucket();

/** A process of the log plane over the table, which can be made to die in any of its calls. */
function aProcess(clock: ManualClock, through?: Middleware) {
  const own = connect();
  opened.push(own);
  const calls = new WatchedCalls();
  own.middlewareStack.add(calls.middleware, { step: 'initialize' });
  if (through) own.middlewareStack.add(through, { step: 'initialize' });
  const options = { client: own, table: engines.table, clock };
  return {
    calls,
    logs: createLogStore({ ...options, bucket }),
    recount: createTotalsRecount(options),
    totals: createTotals(options),
  };
}
type Middleware = <Call, Answer>(next: (call: Call) => Promise<Answer>) => (call: Call) => Promise<Answer>;

/** Few minutes, so that they fill; the last is of another hour and day. */
const instant = fc
  .tuple(fc.constantFrom(0, 1, 2, 59, 24 * 60), fc.constantFrom(0, 1, MINUTE - 1))
  .map(([minute, rest]) => epochMs(AN_HOUR + minute * MINUTE + rest));

const micros = fc.oneof(fc.nat(5), fc.maxSafeNat());
const tokens = fc.nat(1_000_000);
const content = fc.record({
  provider: fc.constantFrom('openai', 'groq', null),
  model: fc.constantFrom('a', 'b#c', '"', null),
  cached: fc.boolean(),
  success: fc.boolean(),
  usage: fc.option(
    fc.record({
      ...{ input: tokens, cacheRead: tokens, cacheWrite: tokens, output: tokens, reasoning: tokens },
      searches: tokens,
    }),
  ),
  cost: fc.option(micros.map((value) => ({ micros: value, book: 'b', price: 'p' }))),
  requestBody: fc.constant(null),
  responseBody: fc.constant(null),
});

const nth = fc.nat(20);
/** Where the process dies: nowhere, or in one of its next calls, before it is made or before its answer comes. */
const death = fc.option(
  fc.record({ nth: fc.nat(8), when: fc.constantFrom('before' as const, 'after' as const) }),
  {
    freq: 2,
  },
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), at: instant, content, death }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), nth, death }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth, death }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-all' as const), take: fc.nat(5), death }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete-gateway' as const), until: instant, death }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('round' as const), death }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(500) }) },
  // Often enough that what follows finds everything counted.
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

const groupings: readonly (readonly Dimension[])[] = [[], DIMENSIONS, ['day', 'cached'], ['model']];

/** Asks for everything, and for a range that cuts what there is. */
async function everyAnswer(totals: TotalsReader, account: AccountId) {
  const ranges = [
    [AN_HOUR - 60 * MINUTE, AN_HOUR + 48 * 60 * MINUTE],
    [AN_HOUR + MINUTE, AN_HOUR + 59 * MINUTE],
  ] as const;
  const answers = [];
  for (const [from, to] of ranges) {
    for (const groupBy of groupings) {
      const range = { from: epochMs(from), to: epochMs(to) };
      answers.push(await totals.read({ account, gateway, ...range, groupBy }));
    }
  }
  return answers;
}

/** Each run has an account of its own in one table: nothing of a run may keep another's rounds busy. */
async function marksOf(account: AccountId): Promise<number> {
  const { Items = [] } = await client.send(
    new ScanCommand({ TableName: engines.table, ConsistentRead: true }),
  );
  return Items.filter(({ pk, sk }) => pk?.S?.startsWith('D#TOTALS#') && sk?.S?.startsWith(account)).length;
}

async function expectExact(clock: ManualClock, account: AccountId): Promise<void> {
  const { logs, totals } = aProcess(clock);
  const sums = new MemoryTotals({ logs, clock });
  expect(await everyAnswer(totals, account)).toEqual(await everyAnswer(sums, account));
}

/** After two rounds nothing is dirty, and what is kept is the whole truth by itself: also when no deletion is remembered. */
async function expectKept(clock: ManualClock, account: AccountId): Promise<void> {
  const { logs, recount } = aProcess(clock);
  for (let round = 0; round < 2; round += 1) {
    clock.advance(10 * MINUTE);
    await logs.sweepDeletedGateways(() => true);
    await recount.round(() => true);
  }
  clock.advance(16 * 24 * 60 * MINUTE);
  await logs.sweepDeletedGateways(() => true);
  expect(await marksOf(account)).toBe(0);
  await expectExact(clock, account);
}

describe('totals', () => {
  it('are the sums of the records at any time, whatever is written, repeated, deleted, counted, and dies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const clock = new ManualClock();
        const account = anAccountId();
        const put: RequestRecord[] = [];
        let process = aProcess(clock);
        const act = (
          step: Exclude<Step, { kind: 'wait' | 'settle' | 'look' }>,
        ): Promise<unknown> | undefined => {
          const chosen = 'nth' in step ? put[step.nth % put.length] : undefined;
          switch (step.kind) {
            case 'put': {
              const record = aRecordAt(step.at, account, step.content);
              put.push(record);
              return process.logs.put(record);
            }
            case 'again':
              return chosen && process.logs.put(chosen);
            case 'delete':
              return chosen && process.logs.deleteOne(account, gateway, chosen.id);
            case 'delete-all': {
              const all = { account, gateway, from: null, to: null, direction: 'asc', skip: 0 } as const;
              return process.logs.deleteMany({ ...all, take: step.take });
            }
            case 'delete-gateway':
              return process.logs.deleteGateway(account, gateway, step.until);
            case 'round':
              return process.logs
                .sweepDeletedGateways(() => true)
                .then(() => process.recount.round(() => true));
            default:
              return assertNever(step);
          }
        };
        for (const step of steps) {
          if (step.kind === 'wait') clock.advance(step.seconds * 1_000);
          else if (step.kind === 'settle') {
            clock.advance(10 * MINUTE);
            await process.recount.round(() => true);
          } else if (step.kind === 'look') await expectExact(clock, account);
          else {
            if (step.death) process.calls.breakOff(step.death.nth, step.death.when);
            const lives = await Promise.resolve(act(step)).then(
              () => true,
              () => false,
            );
            // What is dead remembers nothing; what lives has its death before it no more.
            if (!lives || step.death) process = aProcess(clock);
          }
        }
        await expectExact(clock, account);
        await expectKept(clock, account);
      }),
      { numRuns: 30 },
    );
  }, 240_000);

  it('are exact when writers, deleters and rounds run at once, in any order of their calls', async () => {
    const work = fc.constantFrom('put' as const, 'again' as const, 'delete' as const, 'round' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(work, { minLength: 3, maxLength: 8 }),
        fc.array(fc.integer({ min: 60, max: 600 }), { maxLength: 4 }),
        async (scheduler, works, waits) => {
          const clock = new ManualClock();
          const account = anAccountId();
          const first = aRecordAt(AN_HOUR, account, { requestBody: null, responseBody: null });
          await aProcess(clock).logs.put(first);
          clock.advance(10 * MINUTE);
          const through: Middleware = (next) => async (call) => {
            await scheduler.schedule(Promise.resolve(), 'a call');
            return next(call);
          };
          const run = (kind: (typeof works)[number]): Promise<unknown> => {
            const { logs, recount } = aProcess(clock, through);
            switch (kind) {
              case 'put':
                return logs.put(aRecordAt(AN_HOUR, account, { requestBody: null, responseBody: null }));
              case 'again':
                return logs.put(first);
              case 'delete':
                return logs.deleteOne(account, gateway, first.id);
              case 'round':
                return recount.round(() => true);
              default:
                return assertNever(kind);
            }
          };
          const all = [
            ...works.map(run),
            ...waits.map((seconds) =>
              scheduler.schedule(Promise.resolve(), 'time passes').then(() => clock.advance(seconds * 1_000)),
            ),
          ];
          await scheduler.waitFor(Promise.all(all));
          await expectExact(clock, account);
          await expectKept(clock, account);
        },
      ),
      { numRuns: 30 },
    );
  }, 240_000);
});
