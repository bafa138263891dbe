import { describe, expect, it } from '@jest/globals';
import {
  type Budget,
  durationMs,
  epochMs,
  micros,
  type Reservation,
  type ReserveRequest,
  StoreUnavailable,
  type TokenId,
} from '@weir/core';
import { chance } from '@weir/testkit/limits';
import { aHold, aLimitBudget, anAccountId, aRecord, ManualClock } from '@weir/testkit/stores';
import fc from 'fast-check';
import { MemoryLogStore } from '../logs/memory-log-store.ts';
import { type Fault, FaultyTable, ProcessDied } from './__fixtures__/faulty-table.ts';
import { balanceKey, bucketPartition, type LimitBudget } from './ledger-places.ts';
import { LedgerSweeper } from './ledger-sweeper.ts';
import { numberIn } from './ledger-table.ts';
import { MemoryLedgerTable } from './memory-ledger-table.ts';
import { reservedIn } from './open-reservation.ts';
import { StoredCredits } from './stored-credits.ts';
import { StoredLedger } from './stored-ledger.ts';

const HOUR = 3_600_000;
const A_YEAR = 365 * 24 * HOUR;
const EXPIRY = 20 * 60_000;
const TOPPED_UP = 60n;

type Step =
  | { readonly kind: 'request'; readonly process: number; readonly amount: number; readonly which: number }
  /** `costs`: hundredths of what it reserved. */
  | { readonly kind: 'end'; readonly request: number; readonly costs: number; readonly times: number }
  | { readonly kind: 'fault'; readonly process: number; readonly fault: Fault; readonly calls: number }
  | { readonly kind: 'sweep'; readonly fault: Fault | null; readonly calls: number }
  | { readonly kind: 'wait'; readonly milliseconds: number };

const fault = fc.constantFrom<Fault>('unsent', 'unanswered', 'dies-before', 'dies-after');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      process: fc.nat({ max: 2 }),
      amount: fc.integer({ min: 1, max: 30 }),
      which: fc.integer({ min: 1, max: 7 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      request: fc.nat({ max: 40 }),
      costs: fc.constantFrom(0, 1, 50, 100),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      process: fc.nat({ max: 2 }),
      fault,
      calls: fc.nat({ max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sweep' as const),
      fault: fc.option(fault),
      calls: fc.nat({ max: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(1, 1_000, 60_000, EXPIRY, HOUR),
    }),
  },
);

const schedule = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  shards: fc.constantFrom(1, 1, 3),
  limit: fc.integer({ min: 20, max: 80 }),
  overlaps: fc.boolean(),
  seed: fc.nat(),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

interface Request {
  readonly hold: ReserveRequest;
  readonly process: FaultyTable;
  readonly reservation: Reservation | null;
  isEnded: boolean;
}

/** Three processes over one table, a log, and what must be true of them. */
class World {
  readonly clock = new ManualClock();
  readonly table = new MemoryLedgerTable();
  readonly logs = new MemoryLogStore({ clock: this.clock });
  readonly account = anAccountId();
  readonly fixed: LimitBudget;
  readonly sliding: LimitBudget;
  readonly #requests: Request[] = [];
  readonly #holds: ReserveRequest[] = [];
  readonly #random: () => number;
  readonly #processes: { table: FaultyTable; ledger: StoredLedger }[];

  constructor({ shards, limit, seed }: Schedule) {
    this.#random = chance(seed);
    const common = { account: this.account, limit: micros(BigInt(limit)) };
    this.fixed = aLimitBudget({
      ...common,
      window: { technique: 'fixed', length: durationMs(HOUR) },
      shards,
    });
    this.sliding = aLimitBudget({
      ...common,
      window: { technique: 'sliding', length: durationMs(A_YEAR) },
      shards,
    });
    this.#processes = [0, 1, 2].map(() => this.#start());
  }

  #start() {
    const table = new FaultyTable(this.table, this.#random);
    const options = { table, clock: this.clock, random: this.#random, pause: async () => undefined };
    return { table, ledger: new StoredLedger(options) };
  }

  /** A process that died is replaced. */
  #process(index: number) {
    const process = this.#processes[index];
    if (process && !process.table.isDead) return process;
    const next = this.#start();
    this.#processes[index] = next;
    return next;
  }

  async topUp(): Promise<void> {
    const credits = new StoredCredits({ table: this.table, list: this.table, clock: this.clock });
    const by = 'ad'.repeat(16) as TokenId;
    await credits.topUp(this.account, { id: 'first', amount: micros(TOPPED_UP), by, at: this.clock.now() });
  }

  /** A bucket whose first announcement died with its process is known when it is next used; until then nobody sees it. */
  async touch(): Promise<void> {
    const { ledger } = this.#start();
    for (const budget of [this.fixed, this.sliding]) {
      const verdict = await ledger.reserve(aHold([budget], this.clock.now(), { amount: micros(0n) }));
      if (verdict.granted) await verdict.reservation.settle(micros(0n));
    }
  }

  async run(step: Step): Promise<void> {
    switch (step.kind) {
      case 'request':
        return this.#request(step);
      case 'end':
        return this.#end(step);
      case 'fault':
        return this.#process(step.process).table.order(step.fault, step.calls);
      case 'sweep':
        return this.sweep(step.fault, step.calls);
      case 'wait':
        return this.clock.advance(step.milliseconds);
    }
  }

  async #request({ process: index, amount, which }: Extract<Step, { kind: 'request' }>): Promise<void> {
    const { table, ledger } = this.#process(index);
    const balance = { kind: 'balance', account: this.account } as const;
    const budgets: Budget[] = [this.fixed, this.sliding, balance].filter((_, bit) => which & (1 << bit));
    const now = this.clock.now();
    const hold = aHold(budgets, now, { amount: micros(BigInt(amount)), expiresAt: epochMs(now + EXPIRY) });
    this.#holds.push(hold);
    try {
      const verdict = await ledger.reserve(hold);
      const reservation = verdict.granted ? verdict.reservation : null;
      this.#requests.push({ hold, process: table, reservation, isEnded: false });
      // A refusal is logged, too.
      if (!reservation) await this.#log(hold, null);
    } catch (error) {
      if (error instanceof ProcessDied) return;
      if (!(error instanceof StoreUnavailable)) throw error;
      await this.#log(hold, null);
    }
  }

  /** As the pipeline does it: the record first. */
  async #end({ request: index, costs, times }: Extract<Step, { kind: 'end' }>): Promise<void> {
    const open = this.#requests.filter(
      ({ reservation, isEnded, process }) => reservation && !isEnded && !process.isDead,
    );
    const request = open[index % Math.max(1, open.length)];
    if (!request?.reservation) return;
    request.isEnded = true;
    // Nothing runs as long as a reservation lasts.
    if (this.clock.now() >= request.hold.expiresAt) return;
    const actual = micros((request.hold.amount * BigInt(costs)) / 100n);
    await this.#log(request.hold, actual);
    for (let time = 0; time < times; time++) await untilDead(request.reservation.settle(actual));
  }

  async #log({ id, at }: ReserveRequest, actual: bigint | null): Promise<void> {
    const { account } = this;
    const cost = actual === null ? null : { micros: Number(actual), book: 'test', price: 'test' };
    await this.logs.put(aRecord({ id, account, gateway: this.fixed.gateway, createdAt: at, cost }));
  }

  async sweep(fault: Fault | null = null, calls = 0): Promise<void> {
    const table = new FaultyTable(this.table, this.#random);
    if (fault) table.order(fault, calls);
    const report = (_: string, error: unknown) => {
      if (!fault) throw error;
    };
    const { clock, logs } = this;
    await untilDead(new LedgerSweeper({ table, list: this.table, logs, clock, report }).sweep());
  }

  async #itemsOf(budget: LimitBudget) {
    const items = [];
    for await (const listed of this.table.list(bucketPartition(budget))) items.push(listed);
    return items;
  }

  async expectWithinLimits(): Promise<void> {
    for (const budget of [this.fixed, this.sliding]) {
      const windows = new Map<string, bigint>();
      for (const { key, item } of await this.#itemsOf(budget)) {
        const [window = ''] = key.sk.split('#');
        windows.set(window, (windows.get(window) ?? 0n) + spentIn(item) + reservedIn(item));
      }
      for (const used of windows.values()) expect(used).toBeLessThanOrEqual(budget.limit);
    }
    const balance = await this.table.read(balanceKey(this.account));
    expect(numberIn(balance, 'available')).toBeGreaterThanOrEqual(0n);
    expect(numberIn(balance, 'available') + numberIn(balance, 'spent') + reservedIn(balance)).toBe(TOPPED_UP);
  }

  /** After everything has expired and was swept. */
  async expectAccountsAgree(): Promise<number> {
    for (const budget of [this.fixed, this.sliding]) {
      const items = await this.#itemsOf(budget);
      const spent = items.reduce((sum, { item }) => sum + spentIn(item), 0n);
      expect(items.reduce((sum, { item }) => sum + reservedIn(item), 0n)).toBe(0n);
      expect(items.reduce((sum, { item }) => sum + numberIn(item, 'net'), 0n)).toBe(spent);
      expect(spent).toBe(await this.#sumOfRecords(budget));
    }
    const balance = await this.table.read(balanceKey(this.account));
    expect(reservedIn(balance)).toBe(0n);
    const credits = new StoredCredits({ table: this.table, list: this.table, clock: this.clock });
    const range = { from: epochMs(0), to: epochMs(this.clock.now() + 1), kind: 'charge' } as const;
    const charges = await credits.entries(this.account, range);
    expect(new Set(charges.map(({ id }) => id)).size).toBe(charges.length);
    expect(charges.reduce((sum, { amount }) => sum + amount, 0n)).toBe(numberIn(balance, 'spent'));
    return charges.length;
  }

  async #sumOfRecords(budget: LimitBudget): Promise<bigint> {
    let sum = 0n;
    for (const { id, budgets } of this.#holds) {
      if (!budgets.includes(budget)) continue;
      const found = await this.logs.get(this.account, budget.gateway, id);
      sum += BigInt(found?.record.cost?.micros ?? 0);
    }
    return sum;
  }
}

const spentIn = (item: ReadonlyMap<string, bigint | string>) => {
  let spent = numberIn(item, 'spent');
  for (const [name, value] of item) if (/^c\d+$/.test(name) && typeof value === 'bigint') spent += value;
  return spent;
};

async function untilDead(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ProcessDied) && !(error instanceof StoreUnavailable)) throw error;
  }
}

describe('the ledger, whatever dies between any two steps', () => {
  const SCHEDULES = 1_500;

  it(`never passes a limit; after the sweep nothing is reserved and what is spent is what the records say, in ${SCHEDULES} schedules`, async () => {
    let charged = 0;
    await fc.assert(
      fc.asyncProperty(schedule, async (given) => {
        const world = new World(given);
        await world.topUp();
        const running: Promise<void>[] = [];
        for (const one of given.steps) {
          const run = world.run(one);
          running.push(run);
          if (!given.overlaps || one.kind === 'sweep' || one.kind === 'wait')
            await Promise.all(running.splice(0));
          await world.expectWithinLimits();
        }
        await Promise.all(running);
        await world.touch();
        for (const wait of [2 * HOUR, 2 * HOUR, 1]) {
          world.clock.advance(wait);
          await world.sweep();
          await world.expectWithinLimits();
        }
        charged += await world.expectAccountsAgree();
      }),
      { numRuns: SCHEDULES },
    );
    // The schedules mean something.
    expect(charged).toBeGreaterThan(SCHEDULES / 2);
  }, 300_000);
});

describe('a sliding window', () => {
  const LENGTH = 1_000;
  const request = fc.record({
    wait: fc.oneof(
      fc.nat({ max: 30 }),
      fc.nat({ max: 400 }),
      fc.constantFrom(LENGTH - 1, LENGTH, LENGTH + 1),
    ),
    process: fc.nat({ max: 2 }),
    amount: fc.integer({ min: 1, max: 12 }),
    part: fc.constantFrom(0, 0.5, 1, 1),
    takes: fc.oneof(fc.constant(0), fc.nat({ max: 600 })),
  });

  it('never has more spent than its limit in any stretch as long as itself (5.11)', async () => {
    let full = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 10, max: 30 }),
        fc.constantFrom(1, 3),
        fc.nat(),
        async (requests, limit, shards, seed) => {
          const clock = new ManualClock();
          const table = new MemoryLedgerTable();
          const random = chance(seed);
          const ledgers = [0, 1, 2].map(
            () => new StoredLedger({ table: new FaultyTable(table, random), clock, random }),
          );
          const budget = aLimitBudget({
            limit: micros(BigInt(limit)),
            window: { technique: 'sliding', length: durationMs(LENGTH) },
            shards,
          });
          const spent: { readonly at: number; readonly amount: number }[] = [];
          const open: { readonly at: number; readonly amount: number; readonly reservation: Reservation }[] =
            [];
          const settleDue = async () => {
            for (const due of open.filter(({ at }) => at <= clock.now())) {
              open.splice(open.indexOf(due), 1);
              await due.reservation.settle(micros(BigInt(due.amount)));
              spent.push({ at: clock.now(), amount: due.amount });
            }
          };
          for (const { wait, process, amount, part, takes } of requests) {
            clock.advance(wait);
            await settleDue();
            const hold = aHold([budget], clock.now(), { amount: micros(BigInt(amount)) });
            const verdict = await ledgers[process]?.reserve(hold);
            if (!verdict?.granted) {
              full += 1;
              continue;
            }
            const { reservation } = verdict;
            open.push({ at: clock.now() + takes, amount: Math.floor(amount * part), reservation });
            await settleDue();
          }
          for (const { at: begin } of spent) {
            const within = spent.filter(({ at }) => at >= begin && at < begin + LENGTH);
            expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 2_000 },
    );
    expect(full).toBeGreaterThan(2_000);
  }, 120_000);
});
