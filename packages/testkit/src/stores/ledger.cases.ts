import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect } from '@jest/globals';
import {
  type AccountId,
  type Budget,
  type Credits,
  durationMs,
  type EpochMs,
  epochMs,
  type Ledger,
  type LedgerView,
  type LogStore,
  type Micros,
  micros,
  parseDollars,
  type RecordId,
  type Reservation,
  type ReserveRequest,
  type ReserveVerdict,
  type TokenId,
} from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { anAccountId, aRecord, gatewayId } from './examples.ts';
import { ManualClock } from './manual-clock.ts';

/** One store, seen by several processes. */
export interface LedgerParts {
  /** As many as there are clocks. */
  readonly ledgers: readonly Ledger[];
  readonly view: LedgerView;
  readonly credits: Credits;
  readonly sweep: (logs: Pick<LogStore, 'get' | 'put'>) => Promise<unknown>;
}

export interface LedgerCases {
  readonly name: string;
  readonly make: (clocks: readonly ManualClock[]) => Promise<LedgerParts>;
  readonly logs: (clock: ManualClock) => LogStore;
  readonly skip?: readonly Skip[];
}

const MINUTE = 60_000;
const A_YEAR = 365 * 24 * 60 * MINUTE;
/** 12:00, which is also the beginning of a window of ten minutes. */
const NOON = epochMs(Date.UTC(2026, 0, 2, 12));
/** How long a reservation lasts, and from when on the sweeper has certainly settled it. */
const EXPIRY = 20 * MINUTE;
const SWEPT = EXPIRY + 60 * MINUTE;

export type LimitBudget = Extract<Budget, { readonly kind: 'limit' }>;

export function dollars(text: string): Micros {
  const value = parseDollars(text);
  if (value === null) throw new Error(`${text} is no sum`);
  return value;
}

export const aLimitBudget = (changes: Partial<LimitBudget> = {}): LimitBudget => ({
  kind: 'limit',
  account: anAccountId(),
  gateway: gatewayId('default'),
  rule: randomUUID(),
  bucket: 'model=gpt-5',
  limit: dollars('1'),
  window: { technique: 'fixed', length: durationMs(10 * MINUTE) },
  shards: 1,
  ...changes,
});

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
let ids = 0;

/** A ULID of that time; no two are the same. */
export function recordIdAt(at: EpochMs): RecordId {
  let [time, text] = [at as number, ''];
  for (let place = 0; place < 10; place += 1) {
    text = CROCKFORD.charAt(time % 32) + text;
    time = Math.floor(time / 32);
  }
  ids += 1;
  return `${text}${ids.toString().padStart(16, '0')}` as RecordId;
}

export const aHold = (
  budgets: readonly Budget[],
  at: EpochMs,
  changes: Partial<ReserveRequest> = {},
): ReserveRequest => ({
  id: recordIdAt(at),
  account: budgets[0]?.account ?? anAccountId(),
  gateway: gatewayId('default'),
  budgets,
  amount: dollars('0.01'),
  at,
  expiresAt: epochMs(at + EXPIRY),
  recorded: true,
  ...changes,
});

export function granted(verdict: ReserveVerdict): Reservation {
  if (!verdict.granted) throw new Error(`refused by ${JSON.stringify(verdict.by, plain)}`);
  return verdict.reservation;
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);

/** The rules of the {@link Ledger} port and its views (spec 5.11, 5.3). */
export function runLedgerCases({ name, make, logs: makeLogs, skip = [] }: LedgerCases): void {
  describe(`${name} as a ledger`, () => {
    const { rule, end } = rulesOf(skip);
    let clock: ManualClock;
    let parts: LedgerParts;
    let ledger: Ledger;
    let logs: LogStore;

    beforeEach(async () => {
      clock = new ManualClock(NOON);
      parts = await make([clock, clock, clock, clock]);
      const [first] = parts.ledgers;
      if (!first) throw new Error('the suite needs ledgers');
      ledger = first;
      logs = makeLogs(clock);
    });

    const reserve = (budgets: readonly Budget[], changes: Partial<ReserveRequest> = {}) =>
      ledger.reserve(aHold(budgets, clock.now(), changes));
    const stateOf = async (budget: LimitBudget) => {
      const states = await parts.view.states(budget.account, budget.gateway);
      return states.find((state) => state.budget.kind === 'limit' && state.budget.rule === budget.rule);
    };
    const spend = async (budget: LimitBudget, amount: Micros) =>
      granted(await reserve([budget], { amount })).settle(amount);
    const topUp = (account: AccountId, id: string, amount: Micros) =>
      parts.credits.topUp(account, { id, amount, by: 'ad'.repeat(16) as TokenId, at: clock.now() });
    const everything = { from: epochMs(0), to: epochMs(NOON + 1_000 * MINUTE) };

    const windows = [
      ['fixed, one shard', { technique: 'fixed', shards: 1 }],
      ['fixed, 4 shards', { technique: 'fixed', shards: 4 }],
      ['sliding, one shard', { technique: 'sliding', shards: 1 }],
      ['sliding, 4 shards', { technique: 'sliding', shards: 4 }],
    ] as const;
    for (const [words, { technique, shards }] of windows) {
      const aBudget = (changes: Partial<LimitBudget> = {}) =>
        aLimitBudget({ window: { technique, length: durationMs(10 * MINUTE) }, shards, ...changes });

      rule(`${words}: one after the other, exactly the limit is reserved`, async () => {
        const budget = aBudget({ limit: dollars('0.10') });
        for (let index = 0; index < 10; index++) granted(await reserve([budget]));
        expect(await reserve([budget])).toMatchObject({
          granted: false,
          by: budget,
          spent: 0n,
          reserved: dollars('0.10'),
          limit: dollars('0.10'),
          retryAfter: 1_000,
        });
      });

      rule(`${words}: at once in four processes, exactly the limit is reserved`, async () => {
        const budget = aBudget({ limit: dollars('0.30') });
        const verdicts = await Promise.all(
          Array.from({ length: 60 }, (_, index) =>
            parts.ledgers[index % 4]?.reserve(aHold([budget], clock.now())),
          ),
        );
        expect(verdicts.filter((verdict) => verdict?.granted)).toHaveLength(30);
      });

      rule(`${words}: a request that fits the whole limit is served, however it is divided`, async () => {
        const budget = aBudget({ limit: dollars('1') });
        await spend(budget, dollars('0.05'));
        granted(await reserve([budget], { amount: dollars('0.95') }));
        expect((await reserve([budget], { amount: micros(1n) })).granted).toBe(false);
      });

      rule(`${words}: what was reserved too much is there again`, async () => {
        const budget = aBudget({ limit: dollars('0.10') });
        const reservation = granted(await reserve([budget], { amount: dollars('0.10') }));
        expect((await reserve([budget])).granted).toBe(false);
        await reservation.settle(dollars('0.04'));
        expect(granted(await reserve([budget], { amount: dollars('0.06') })).remaining).toBe(0n);
        expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.04'), reserved: dollars('0.06') });
      });

      rule(`${words}: a settlement counts once, however often it is told`, async () => {
        const budget = aBudget();
        const reservation = granted(await reserve([budget]));
        for (let times = 0; times < 3; times++) await reservation.settle(dollars('0.01'));
        expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.01'), reserved: 0n });
      });

      rule(`${words}: nothing that was given back is spent`, async () => {
        const budget = aBudget();
        await granted(await reserve([budget])).settle(micros(0n));
        expect(await stateOf(budget)).toBeUndefined();
      });

      rule(`${words}: an answer that cost more than it reserved counts whole`, async () => {
        const budget = aBudget({ limit: dollars('0.02') });
        await granted(await reserve([budget])).settle(dollars('0.03'));
        expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.03') });
        expect((await reserve([budget])).granted).toBe(false);
      });

      rule(`${words}: a limit may be raised and lowered while money is counted`, async () => {
        const budget = aBudget();
        await spend(budget, dollars('0.60'));
        const lower = { ...budget, limit: dollars('0.50') };
        expect((await reserve([lower], { amount: micros(1n) })).granted).toBe(false);
        const higher = { ...budget, limit: dollars('2') };
        granted(await reserve([higher], { amount: dollars('1.40') }));
        expect((await reserve([higher], { amount: micros(1n) })).granted).toBe(false);
      });

      rule(`${words}: buckets, rules and gateways count apart`, async () => {
        const budget = aBudget({ limit: dollars('0.01') });
        for (const change of [
          {},
          { bucket: 'model=o3' },
          { rule: 'another' },
          { gateway: gatewayId('other') },
          { account: anAccountId() },
        ])
          await spend({ ...budget, ...change }, dollars('0.01'));
        expect((await reserve([budget])).granted).toBe(false);
      });

      rule(`${words}: a reservation that nobody settled is settled by the sweep, with a record`, async () => {
        const budget = aBudget();
        const hold = aHold([budget], clock.now());
        granted(await ledger.reserve(hold));
        clock.advance(EXPIRY);
        await parts.sweep(logs);
        // The record may still be on its way.
        expect(await logs.get(budget.account, budget.gateway, hold.id)).toBeNull();
        clock.advance(SWEPT);
        await parts.sweep(logs);
        await parts.sweep(logs);
        const found = await logs.get(budget.account, budget.gateway, hold.id);
        expect(found?.record).toMatchObject({ cost: { micros: 10_000 }, usageSource: 'estimated' });
        expect(found?.record.outcome).toMatchObject({ kind: 'broken', blame: 'gateway' });
        expect((await stateOf(budget))?.reserved ?? 0n).toBe(0n);
      });
    }

    rule('5.11 fixed: a window ends at a multiple of its length, and the next begins empty', async () => {
      const budget = aLimitBudget();
      clock.advance(9 * MINUTE);
      await spend(budget, dollars('1'));
      expect(await reserve([budget])).toMatchObject({
        granted: false,
        retryAfter: MINUTE,
        spent: 1_000_000n,
      });
      expect(await stateOf(budget)).toMatchObject({ resetAt: NOON + 10 * MINUTE });
      clock.advance(MINUTE);
      await spend(budget, dollars('1'));
    });

    rule('fixed: a reservation is settled in the window in which it was made', async () => {
      const budget = aLimitBudget({ limit: dollars('0.01') });
      const reservation = granted(await reserve([budget]));
      clock.advance(10 * MINUTE);
      granted(await reserve([budget]));
      await reservation.settle(dollars('0.01'));
      expect(await stateOf(budget)).toMatchObject({ spent: 0n, reserved: dollars('0.01') });
    });

    rule('5.11 sliding: what was spent leaves a window after it was, within 2 %', async () => {
      const budget = aLimitBudget({ window: { technique: 'sliding', length: durationMs(10 * MINUTE) } });
      await spend(budget, dollars('0.40'));
      clock.advance(5 * MINUTE);
      await spend(budget, dollars('0.60'));
      clock.advance(5 * MINUTE - 1);
      const refused = await reserve([budget], { amount: dollars('0.40') });
      if (refused.granted) throw new Error('it should be full');
      expect(refused.retryAfter).toBeLessThanOrEqual(0.02 * 10 * MINUTE + 1);
      clock.advance(refused.retryAfter ?? 0);
      granted(await reserve([budget], { amount: dollars('0.40') }));
      expect((await reserve([budget], { amount: micros(1n) })).granted).toBe(false);
      expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.60'), reserved: dollars('0.40') });
    });

    rule('what is more than a limit is not waited for', async () => {
      const budget = aLimitBudget({ limit: dollars('0.10') });
      expect(await reserve([budget], { amount: dollars('0.11') })).toMatchObject({ retryAfter: null });
    });

    rule('several budgets: all of them, or none', async () => {
      const [wide, narrow] = [aLimitBudget(), aLimitBudget({ limit: dollars('0.02') })];
      const both = [wide, { ...narrow, account: wide.account }];
      expect(granted(await reserve(both)).remaining).toBe(dollars('0.01'));
      granted(await reserve(both));
      for (let times = 0; times < 3; times++)
        expect(await reserve(both)).toMatchObject({ granted: false, by: both[1] });
      expect(await stateOf(wide)).toMatchObject({ reserved: dollars('0.02') });
    });

    rule('several budgets: each is charged what the request cost', async () => {
      const wide = aLimitBudget();
      const narrow = aLimitBudget({ account: wide.account, limit: dollars('0.02') });
      const { account } = wide;
      await topUp(account, 'first', dollars('5'));
      const budgets: Budget[] = [wide, narrow, { kind: 'balance', account }];
      await granted(await reserve(budgets)).settle(dollars('0.004'));
      for (const budget of [wide, narrow])
        expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.004'), reserved: 0n });
      expect(await parts.credits.balance(account)).toEqual({ available: dollars('4.996'), reserved: 0n });
    });

    rule('the sweep settles at what the record says, in every budget, and once', async () => {
      const budget = aLimitBudget({ window: { technique: 'fixed', length: durationMs(A_YEAR) } });
      const { account, gateway } = budget;
      await topUp(account, 'first', dollars('5'));
      // Names are callers' own words.
      const charged = { provider: 'openai', model: 'ft:gpt/5 \ud800 – ü' };
      const hold = aHold([budget, { kind: 'balance', account }], clock.now(), { charged });
      granted(await ledger.reserve(hold));
      const { id } = hold;
      const cost = { micros: 3_141, book: '2026-01-01', price: 'openai/gpt-5' };
      await logs.put(aRecord({ id, account, gateway, createdAt: clock.now(), cost }));
      clock.advance(SWEPT);
      await Promise.all([parts.sweep(logs), parts.sweep(logs)]);
      await parts.sweep(logs);
      expect(await stateOf(budget)).toMatchObject({ spent: 3_141n, reserved: 0n });
      expect(await parts.credits.balance(account)).toEqual({ available: 5_000_000n - 3_141n, reserved: 0n });
      const charges = await parts.credits.entries(account, { ...everything, kind: 'charge' });
      const { provider } = charged;
      const model = charged.model.toWellFormed();
      expect(charges).toMatchObject([
        { id, record: id, amount: 3_141n, gateway: 'default', provider, model },
      ]);
    });

    rule('a request that was refused after it reserved costs nothing', async () => {
      const budget = aLimitBudget({ window: { technique: 'fixed', length: durationMs(A_YEAR) } });
      const { account, gateway } = budget;
      const hold = aHold([budget], clock.now());
      granted(await ledger.reserve(hold));
      await logs.put(aRecord({ id: hold.id, account, gateway, createdAt: clock.now(), cost: null }));
      clock.advance(SWEPT);
      await parts.sweep(logs);
      expect(await stateOf(budget)).toBeUndefined();
    });

    rule('without records the sweep takes what was reserved, and writes none', async () => {
      const budget = aLimitBudget({ window: { technique: 'fixed', length: durationMs(A_YEAR) } });
      const hold = aHold([budget], clock.now(), { recorded: false });
      granted(await ledger.reserve(hold));
      clock.advance(SWEPT);
      await parts.sweep(logs);
      expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.01'), reserved: 0n });
      expect(await logs.get(budget.account, budget.gateway, hold.id)).toBeNull();
    });

    rule('what comes to settle after the expiry is left to the sweep', async () => {
      const budget = aLimitBudget({ window: { technique: 'fixed', length: durationMs(A_YEAR) } });
      const reservation = granted(await reserve([budget]));
      clock.advance(EXPIRY);
      await reservation.settle(dollars('0.002'));
      expect(await stateOf(budget)).toMatchObject({ spent: 0n, reserved: dollars('0.01') });
      clock.advance(SWEPT);
      await parts.sweep(logs);
      expect(await stateOf(budget)).toMatchObject({ spent: dollars('0.01'), reserved: 0n });
    });

    rule('a bucket that was swept is swept again when it was used again', async () => {
      const budget = aLimitBudget({ window: { technique: 'sliding', length: durationMs(A_YEAR) } });
      for (let times = 1; times <= 3; times++) {
        granted(await reserve([budget]));
        clock.advance(SWEPT);
        await parts.sweep(logs);
        clock.advance(SWEPT);
        await parts.sweep(logs);
        expect(await stateOf(budget)).toMatchObject({ spent: micros(10_000n * BigInt(times)), reserved: 0n });
      }
    });

    rule('5.3 credits: nothing is served that the balance does not cover', async () => {
      const account = anAccountId();
      const balance = { kind: 'balance', account } as const;
      expect(await reserve([balance])).toMatchObject({ granted: false, by: balance, retryAfter: null });
      expect(await topUp(account, 'first', dollars('0.02'))).toBe('credited');
      clock.advance(1_000);
      expect(granted(await reserve([balance])).remaining).toBe(dollars('0.01'));
      const second = granted(await reserve([balance]));
      expect(await reserve([balance])).toMatchObject({ reserved: dollars('0.02'), retryAfter: 1_000 });
      expect(await parts.credits.balance(account)).toEqual({
        available: dollars('0.02'),
        reserved: dollars('0.02'),
      });
      await second.settle(dollars('0.004'));
      expect(await parts.credits.balance(account)).toEqual({
        available: dollars('0.016'),
        reserved: dollars('0.01'),
      });
    });

    rule('5.3 credits: a top-up counts once, however often it is told', async () => {
      const account = anAccountId();
      const tellings = await Promise.all([1, 2, 3].map(() => topUp(account, 'a-1', dollars('5'))));
      expect(tellings.sort()).toEqual(['credited', 'replayed', 'replayed']);
      expect(await topUp(account, 'a-1', dollars('6'))).toBe('conflict');
      clock.advance(2 * 24 * 60 * MINUTE);
      await parts.sweep(logs);
      expect(await topUp(account, 'a-1', dollars('5'))).toBe('replayed');
      expect(await topUp(account, 'a-1', dollars('6'))).toBe('conflict');
      expect(await parts.credits.balance(account)).toMatchObject({ available: dollars('5') });
      expect(await parts.credits.findTopUp(account, 'a-1')).toMatchObject({ amount: dollars('5'), at: NOON });
      expect(await parts.credits.findTopUp(account, 'a-2')).toBeNull();
    });

    rule('5.3 credits: every movement is an entry, once, in the order of time', async () => {
      const account = anAccountId();
      await topUp(account, 'a-1', dollars('5'));
      const gateway = gatewayId('other');
      for (const cost of [7n, 0n, 9n]) {
        clock.advance(1_000);
        await granted(await reserve([{ kind: 'balance', account }], { gateway })).settle(micros(cost));
      }
      await parts.sweep(logs);
      const entries = await parts.credits.entries(account, everything);
      expect(entries.map(({ kind, amount }) => [kind, amount])).toEqual([
        ['top-up', dollars('5')],
        ['charge', 7n],
        ['charge', 9n],
      ]);
      expect(entries[1]).toMatchObject({ gateway: 'other', at: NOON + 1_000 });
      const last = { from: epochMs(NOON + 3_000), to: epochMs(NOON + 3_001) };
      expect(await parts.credits.entries(account, last)).toHaveLength(1);
      expect(await parts.credits.entries(account, { ...last, to: last.from })).toEqual([]);
    });

    end();
  });
}
