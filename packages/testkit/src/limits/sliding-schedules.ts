import { durationMs, type RateLimit } from '@weir/core';
import {
  type CellChange,
  createMemoryRateLimiter,
  type LimitTable,
  MemoryLimitTable,
} from '@weir/stores/memory';
import fc from 'fast-check';
import { ManualClock } from '../stores/manual-clock.ts';

const INTERVAL = 1_000;

/** Requests that come after a wait, at once, at processes by chance; what happens meanwhile takes some turns. */
interface Burst {
  readonly wait: number;
  readonly requests: readonly number[];
  /** Whether the next burst comes before all of these are answered. */
  readonly overlaps: boolean;
}

export interface Schedule {
  readonly limit: number;
  readonly processes: number;
  readonly bursts: readonly Burst[];
  readonly seed: number;
}

const burst = fc.record({
  // Around the interval, its hundredths and its whole parts.
  wait: fc.oneof(
    fc.integer({ min: 0, max: 15 }),
    fc.integer({ min: 0, max: 400 }),
    fc.constantFrom(INTERVAL - 1, INTERVAL, INTERVAL + 1),
  ),
  requests: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 12 }),
  overlaps: fc.boolean(),
});

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  limit: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 10, arbitrary: fc.integer({ min: 9, max: 24 }) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 220 }) },
  ),
  processes: fc.integer({ min: 1, max: 3 }),
  bursts: fc.array(burst, { minLength: 1, maxLength: 8 }),
  seed: fc.nat(),
});

/** As often in a large limit as in a small one, so that it is reached. */
const timesOf = ({ limit }: Schedule) => (limit < 100 ? 1 : 12);

/** mulberry32: numbers in [0, 1) that a seed repeats. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A table whose questions and answers take a while, so that they overtake each other. */
function slow(table: LimitTable, random: () => number): LimitTable {
  const onTheWay = async () => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
  };
  const delayed = async <T>(call: () => Promise<T>): Promise<T> => {
    await onTheWay();
    const answer = await call();
    await onTheWay();
    return answer;
  };
  return {
    addToWindow: (...given) => delayed(() => table.addToWindow(...given)),
    takeFromWindow: (...given) => delayed(() => table.takeFromWindow(...given)),
    readWindow: (...given) => delayed(() => table.readWindow(...given)),
    changeCell: (key: string, change: CellChange, forgetAt) =>
      delayed(() => table.changeCell(key, change, forgetAt)),
    readCells: (key) => delayed(() => table.readCells(key)),
  };
}

/** A request with the time at which it came and that at which it had its answer: it counts from a moment in between. */
interface Answered {
  readonly cameAt: number;
  readonly answeredAt: number;
  readonly admitted: boolean;
}

/** What a sliding limit over several processes answers to a schedule. */
async function play(given: Schedule): Promise<readonly Answered[]> {
  const clock = new ManualClock();
  const random = chance(given.seed);
  const shared = new MemoryLimitTable();
  const limiters = Array.from({ length: given.processes }, () =>
    createMemoryRateLimiter(clock, slow(shared, random), random),
  );
  const limit: RateLimit = {
    key: 'k',
    limit: given.limit,
    interval: durationMs(INTERVAL),
    technique: 'sliding',
  };
  const answered: Answered[] = [];
  const open: Promise<unknown>[] = [];
  for (const { wait, requests, overlaps } of given.bursts) {
    clock.advance(wait);
    for (const process of requests) {
      for (let times = timesOf(given); times > 0; times--) {
        const cameAt = clock.now();
        const answer = limiters[process % given.processes]?.take(limit).then(({ admitted }) => {
          answered.push({ cameAt, answeredAt: clock.now(), admitted });
        });
        if (answer) open.push(answer);
      }
    }
    if (overlaps) for (let turns = Math.floor(random() * 12); turns > 0; turns--) await Promise.resolve();
    else await Promise.all(open);
  }
  await Promise.all(open);
  return answered;
}

/** The most requests of a schedule that were certainly admitted within less than an interval, on a table in memory. */
export async function mostWithinInterval(given: Schedule): Promise<number> {
  const admitted = (await play(given)).filter((one) => one.admitted);
  const begins = [...new Set(admitted.map(({ cameAt }) => cameAt))];
  return Math.max(
    0,
    ...begins.map(
      (begin) =>
        admitted.filter(({ cameAt, answeredAt }) => cameAt >= begin && answeredAt < begin + INTERVAL).length,
    ),
  );
}
