import { beforeEach, describe, expect } from '@jest/globals';
import {
  type AccountId,
  type Clock,
  type Dimension,
  epochMs,
  type LogStore,
  NOTHING_COUNTED,
  type RequestRecord,
  type Tally,
  type TotalsReader,
} from '@weir/core';
import { anAccountId, gatewayId, ManualClock, rulesOf, type Skip } from '../stores/index.ts';
import { AN_HOUR, aRecordAt, HOUR } from './records.ts';

export interface TotalsCases {
  readonly name: string;
  readonly make: (clock: Clock) => Promise<{
    readonly logs: LogStore;
    readonly totals: TotalsReader;
    /** One round of the schedule. */
    readonly round: () => Promise<unknown>;
  }>;
  readonly skip?: readonly Skip[];
}

const MINUTE = 60_000;
/** Long enough for the schedule to count what was written before. */
const SETTLED = 10 * MINUTE;

/** The rules of the {@link TotalsReader} port. Each holds before the schedule has counted and after it. */
export function runTotalsCases({ name, make, skip = [] }: TotalsCases): void {
  describe(`${name} as a gateway’s totals`, () => {
    const { rule, end } = rulesOf(skip);
    const gateway = gatewayId('default');
    let clock: ManualClock;
    let account: AccountId;
    let open: Awaited<ReturnType<TotalsCases['make']>>;

    beforeEach(async () => {
      clock = new ManualClock();
      open = await make(clock);
      account = anAccountId();
    });

    const at = (offset: number) => epochMs(AN_HOUR + offset);
    /** A request of its own, unless `changes` say what it belongs to. */
    const record = (offset: number, changes: Partial<RequestRecord> = {}): RequestRecord => {
      const made = aRecordAt(at(offset), account, changes);
      return { ...made, requestId: changes.requestId ?? made.id };
    };
    const put = async (offset: number, changes: Partial<RequestRecord> = {}) => {
      const made = record(offset, changes);
      await open.logs.put(made);
      return made;
    };
    const read = async (groupBy: readonly Dimension[] = [], from = at(0), to = at(HOUR)) =>
      (await open.totals.read({ account, gateway, from, to, groupBy })).totals;
    const sums = async (fields: readonly (keyof Tally)[], ...question: Parameters<typeof read>) =>
      (await read(...question)).map(({ group, tally }) => [...group, ...fields.map((field) => tally[field])]);
    const always = async (check: () => Promise<void>) => {
      await check();
      clock.advance(SETTLED);
      await open.round();
      await check();
      await open.round();
      await check();
    };

    rule('of a gateway without records are nothing: one sum of zeros, and no group', async () => {
      await always(async () => {
        expect(await read()).toEqual([{ group: [], tally: NOTHING_COUNTED }]);
        expect(await read(['day'])).toEqual([]);
      });
    });

    rule('are the sums of the records’ requests, attempts, errors, tokens and cost', async () => {
      const first = await put(0);
      await put(1, {
        requestId: first.id,
        provider: 'groq',
        success: false,
        usage: null,
        cost: null,
        step: 1,
      });
      await put(2, {
        cached: true,
        attempts: [],
        usage: null,
        cost: { micros: 0, book: 'cache', price: 'cache' },
      });
      await put(3, {
        usage: { input: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 5, searches: 6 },
      });
      const { cost: _, ...unpriced } = record(4);
      await open.logs.put({ ...unpriced, success: false, attempts: [], usage: null });
      await always(async () => {
        const [totals] = await read();
        expect(totals?.group).toEqual([]);
        expect(totals?.tally).toEqual({
          requests: 4,
          records: 5,
          attempts: 3,
          errors: 2,
          cacheHits: 1,
          usage: {
            ...{ input: 13, cacheRead: 2, cacheWrite: 3, output: 38, reasoning: 5, searches: 6 },
            ...{ cacheWriteLong: 0, inputAudio: 0, inputImage: 0, outputAudio: 0, outputImage: 0 },
            ...{ inputFree: 0, outputFree: 0 },
          },
          cost: 2n * 1_234_567n,
          costUnknown: 1,
        });
      });
    });

    rule('add up money that a floating number has no digits for', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      for (const micros of [most, most, 1]) await put(0, { cost: { micros, book: 'b', price: 'p' } });
      await always(async () => expect(await sums(['cost'])).toEqual([[2n * BigInt(most) + 1n]]));
    });

    rule('can be told apart by time, provider, model and cache', async () => {
      await put(0);
      await put(MINUTE, { provider: 'groq', model: 'm#1' });
      await put(MINUTE + 59_999, { provider: null, model: null });
      await put(2 * HOUR, { cached: true });
      const everything = [at(-HOUR), at(24 * HOUR)] as const;
      const by = (...groupBy: Dimension[]) => sums(['records'], groupBy, ...everything);
      await always(async () => {
        expect(await by('minute')).toEqual([
          [at(0), 1],
          [at(MINUTE), 2],
          [at(2 * HOUR), 1],
        ]);
        expect(await by('hour', 'cached')).toEqual([
          [at(0), false, 3],
          [at(2 * HOUR), true, 1],
        ]);
        expect(await by('day')).toEqual([[Date.UTC(2026, 0, 2), 4]]);
        expect(await by('provider', 'model')).toEqual([
          [null, null, 1],
          ['groq', 'm#1', 1],
          ['openai', 'gpt-5', 2],
        ]);
      });
    });

    rule('have the minutes from `from` on and before `to`, over days', async () => {
      for (const offset of [-1, 0, MINUTE - 1, MINUTE, 30 * HOUR]) await put(offset);
      await always(async () => {
        expect(await sums(['records'], [], at(0), at(MINUTE))).toEqual([[2]]);
        expect(await sums(['records'], [], at(-MINUTE), at(31 * HOUR))).toEqual([[5]]);
        expect(await sums(['records'], ['day'], at(-MINUTE), at(31 * HOUR))).toEqual([
          [Date.UTC(2026, 0, 2), 4],
          [Date.UTC(2026, 0, 3), 1],
        ]);
        expect(await read(['day'], at(MINUTE), at(MINUTE))).toEqual([]);
      });
    });

    rule('count a record once, however often it is delivered and whenever', async () => {
      const one = await put(0);
      await open.logs.put(one);
      clock.advance(SETTLED);
      await open.round();
      await open.logs.put(one);
      await always(async () => expect(await sums(['records', 'cost'])).toEqual([[1, 1_234_567n]]));
    });

    rule('have what came late into a minute that was counted', async () => {
      await put(0);
      clock.advance(SETTLED);
      await open.round();
      await put(1);
      await always(async () => expect(await sums(['records'])).toEqual([[2]]));
    });

    rule('no longer have what was deleted', async () => {
      const [one] = [await put(0), await put(1), await put(MINUTE), await put(MINUTE)];
      clock.advance(SETTLED);
      await open.round();
      await open.logs.deleteOne(account, gateway, one.id);
      await always(async () => expect(await sums(['records'])).toEqual([[3]]));
      const range = {
        account,
        gateway,
        from: at(MINUTE),
        to: null,
        direction: 'asc',
        skip: 0,
        take: 9,
      } as const;
      await open.logs.deleteMany(range);
      await always(async () => expect(await sums(['records'], ['minute'])).toEqual([[at(0), 1]]));
    });

    rule(
      'of a deleted gateway are gone; a later one of its name has its own, in the same minute too',
      async () => {
        for (const offset of [0, MINUTE, MINUTE + 9]) await put(offset);
        clock.advance(SETTLED);
        await open.round();
        await open.logs.deleteGateway(account, gateway, at(MINUTE + 10));
        await always(async () => expect(await read(['minute'])).toEqual([]));
        await put(MINUTE + 11);
        await always(async () => expect(await sums(['records'])).toEqual([[1]]));
        // One that was still in the queue.
        await put(MINUTE + 5);
        await always(async () => expect(await sums(['records'])).toEqual([[1]]));
      },
    );

    rule('are of one gateway of one account', async () => {
      await put(0);
      await put(0, { gateway: 'other' });
      await put(0, { account: anAccountId() });
      await put(0, { gateway: '~' });
      await always(async () => expect(await sums(['records'])).toEqual([[1]]));
    });

    rule('say that they have all that the log has', async () => {
      await put(0);
      const { freshUntil } = await open.totals.read({
        account,
        gateway,
        from: at(0),
        to: at(HOUR),
        groupBy: [],
      });
      expect(freshUntil).toBe(clock.now());
    });

    end();
  });
}
