import { beforeEach, describe, expect } from '@jest/globals';
import {
  type AccountId,
  type EpochMs,
  epochMs,
  type GatewayId,
  type LogPageQuery,
  type LogStore,
  type RequestRecord,
} from '@weir/core';
import { anAccountId, gatewayId, type ManualClock, rulesOf, type Skip } from '../stores/index.ts';
import { AN_HOUR, aRecordAt, HOUR, noise, recordIdAt, text, withoutBodies } from './records.ts';

export interface LogStoreCases {
  readonly name: string;
  readonly make: () => Promise<{ readonly store: LogStore; readonly clock: ManualClock }>;
  readonly skip?: readonly Skip[];
}

/** The rules of the {@link LogStore} port. */
export function runLogStoreCases({ name, make, skip = [] }: LogStoreCases): void {
  describe(`${name} as a log store`, () => {
    const { rule, end } = rulesOf(skip);
    let store: LogStore;
    let clock: ManualClock;
    let account: AccountId;
    const gateway = gatewayId('default');

    beforeEach(async () => {
      ({ store, clock } = await make());
      account = anAccountId();
    });

    const at = (offset: number) => epochMs(AN_HOUR + offset);
    const put = async (...records: RequestRecord[]) => {
      await Promise.all(records.map((record) => store.put(record)));
      return records;
    };
    const query = (changes: Partial<LogPageQuery> = {}): LogPageQuery => ({
      account,
      gateway,
      from: null,
      to: null,
      direction: 'desc',
      skip: 0,
      take: 50,
      ...changes,
    });
    const list = async (changes: Partial<LogPageQuery> = {}) => {
      const { entries, total } = await store.list(query(changes));
      return { ids: entries.map(({ record }) => record.id), total };
    };
    const newestFirst = (records: readonly RequestRecord[]) =>
      records.map(({ id }) => id).sort((a, b) => (a < b ? 1 : -1));

    rule('gives back a record as it was put, without its bodies', async () => {
      const record = aRecordAt(at(0), account, { warnings: ['w ☃'], usage: null, tokenId: null });
      await put(record);
      const { entries } = await store.list(query());
      expect(entries).toEqual([{ record: withoutBodies(record), feedback: null }]);
      const detail = await store.get(account, gateway, record.id);
      expect(detail).toEqual({
        record: withoutBodies(record),
        feedback: null,
        requestHead: { text: '{"model":"gpt-5"}', complete: true },
        responseHead: { text: '{"choices":[]}', complete: true },
      });
    });

    rule('knows no record of another id, gateway or account', async () => {
      const [record] = await put(aRecordAt(at(0), account));
      const { id } = record as RequestRecord;
      expect(await store.get(account, gateway, recordIdAt(at(0)))).toBeNull();
      expect(await store.get(account, gatewayId('other'), id)).toBeNull();
      expect(await store.get(anAccountId(), gateway, id)).toBeNull();
      expect(await list({ gateway: gatewayId('other') })).toEqual({ ids: [], total: 0 });
      expect(await store.body(account, gatewayId('other'), id, 'request')).toBeNull();
      expect(await store.deleteOne(account, gatewayId('other'), id)).toBe(false);
      expect(await store.giveFeedback(account, gatewayId('other'), id, { feedback: 1 })).toBe(false);
    });

    rule('lists fifty records of one hour newest first, in the order of their ids', async () => {
      const records = await put(...Array.from({ length: 50 }, (_, n) => aRecordAt(at(n * 1_000), account)));
      expect(await list()).toEqual({ ids: newestFirst(records), total: 50 });
      expect((await list({ direction: 'asc' })).ids).toEqual(newestFirst(records).reverse());
    });

    rule('pages over hours and shards give every record once, in order', async () => {
      const hours = [0, 1, 2, 30, 31, 900];
      const records = await put(
        ...hours.flatMap((hour) =>
          Array.from({ length: 7 }, (_, n) => aRecordAt(at(-hour * HOUR + n * 60_000), account)),
        ),
      );
      const seen = [];
      for (let skip = 0; ; skip += 10) {
        const page = await list({ skip, take: 10 });
        expect(page.total).toBe(42);
        if (page.ids.length === 0) break;
        seen.push(...page.ids);
      }
      expect(seen).toEqual(newestFirst(records));
    });

    rule('a page past the end is empty and still says how many there are', async () => {
      await put(aRecordAt(at(0), account), aRecordAt(at(1), account));
      expect(await list({ skip: 2 })).toEqual({ ids: [], total: 2 });
      expect(await list({ skip: 50_000_000 })).toEqual({ ids: [], total: 2 });
      expect(await list({ take: 0 })).toEqual({ ids: [], total: 2 });
    });

    rule('a time range holds both its ends', async () => {
      const [, second, third] = await put(
        ...[0, 10, HOUR, HOUR + 1].map((offset) => aRecordAt(at(offset), account)),
      );
      const range = { from: at(10), to: at(HOUR) };
      expect(await list(range)).toEqual({ ids: [third?.id, second?.id], total: 2 });
      expect(await list({ from: at(11), to: at(HOUR - 1) })).toEqual({ ids: [], total: 0 });
      expect(await list({ from: at(HOUR), to: at(0) })).toEqual({ ids: [], total: 0 });
      expect((await list({ from: epochMs(-1), to: epochMs(8.64e15) })).total).toBe(4);
    });

    rule('a record delivered three times at once is one entry', async () => {
      const record = aRecordAt(at(0), account);
      await put(record, record, record);
      expect(await list()).toEqual({ ids: [record.id], total: 1 });
    });

    rule('the first delivery of a record stands', async () => {
      const record = aRecordAt(at(0), account);
      await store.put(record);
      await store.put({ ...record, model: 'another', requestBody: text('another') });
      expect((await store.get(account, gateway, record.id))?.record.model).toBe('gpt-5');
      expect((await store.body(account, gateway, record.id, 'request'))?.body).toEqual(record.requestBody);
    });

    rule('feedback merges, clears with null, and survives a redelivery', async () => {
      const record = aRecordAt(at(0), account);
      await store.put(record);
      const feedback = async () => (await store.get(account, gateway, record.id))?.feedback;
      expect(await store.giveFeedback(account, gateway, record.id, {})).toBe(true);
      expect(await store.giveFeedback(account, gateway, record.id, { feedback: -1 })).toBe(true);
      expect(await feedback()).toEqual({ feedback: -1, score: null, metadata: null });
      await store.giveFeedback(account, gateway, record.id, {
        score: 99.5,
        metadata: { 'a.b': 'c', n: null },
      });
      await store.put(record);
      const merged = { feedback: -1, score: 99.5, metadata: { 'a.b': 'c', n: null } };
      expect(await feedback()).toEqual(merged);
      const { entries, total } = await store.list(query());
      expect([entries.map((entry) => entry.feedback), total]).toEqual([[merged], 1]);
      await store.giveFeedback(account, gateway, record.id, { score: null, metadata: null });
      expect(await feedback()).toEqual({ feedback: -1, score: null, metadata: null });
    });

    rule('feedback on many records takes no place in a page', async () => {
      const records = await put(...Array.from({ length: 12 }, (_, n) => aRecordAt(at(n), account)));
      for (const { id } of records) await store.giveFeedback(account, gateway, id, { feedback: 1 });
      const ids = newestFirst(records);
      expect(await list({ take: 5 })).toEqual({ ids: ids.slice(0, 5), total: 12 });
      expect(await list({ skip: 10, take: 5 })).toEqual({ ids: ids.slice(10), total: 12 });
    });

    rule('no feedback can be given to a record that does not exist', async () => {
      const id = recordIdAt(at(0));
      expect(await store.giveFeedback(account, gateway, id, { feedback: 1 })).toBe(false);
      await store.put(aRecordAt(at(0), account, { id }));
      expect((await store.get(account, gateway, id))?.feedback).toBeNull();
    });

    rule('bodies come back byte for byte: text, bytes, empty, cut', async () => {
      const bytes = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, n) => (n * n) % 253));
      const bodies = [
        text('{"emoji":"☃🙂","nul":"\u0000"}'),
        { encoding: 'base64' as const, data: bytes.toString('base64'), complete: true },
        text(''),
        { encoding: 'utf8' as const, data: noise(100_000), complete: false },
        { ...text('{"assembled":true}'), contentType: 'application/json' },
      ];
      for (const [index, body] of bodies.entries()) {
        const record = aRecordAt(at(index), account, {
          requestBody: body,
          responseBody: body,
          requestContentType: 'text/x-request',
          responseContentType: null,
        });
        await store.put(record);
        expect(await store.body(account, gateway, record.id, 'request')).toEqual({
          body,
          contentType: body.contentType ?? 'text/x-request',
        });
        expect(await store.body(account, gateway, record.id, 'response')).toEqual({
          body,
          contentType: body.contentType ?? null,
        });
      }
    });

    rule('a small and a large body of one record both come back', async () => {
      const record = aRecordAt(at(0), account, {
        requestBody: text(noise(200_000)),
        responseBody: text('small'),
      });
      await store.put(record);
      expect((await store.body(account, gateway, record.id, 'request'))?.body).toEqual(record.requestBody);
      expect((await store.body(account, gateway, record.id, 'response'))?.body).toEqual(record.responseBody);
    });

    rule('a body that was not kept is none', async () => {
      const record = aRecordAt(at(0), account, { requestBody: null, responseBody: text('x') });
      const bare = aRecordAt(at(1), account, { requestBody: null, responseBody: null });
      await put(record, bare);
      expect(await store.body(account, gateway, record.id, 'request')).toBeNull();
      expect(await store.body(account, gateway, bare.id, 'response')).toBeNull();
      expect(await store.get(account, gateway, bare.id)).toMatchObject({
        requestHead: null,
        responseHead: null,
      });
    });

    rule('a head is at most 4 KiB, ends between characters, and says whether it is all', async () => {
      const long = 'x'.repeat(4_095) + '☃'.repeat(10);
      const record = aRecordAt(at(0), account, {
        requestBody: text(long),
        responseBody: { encoding: 'utf8', data: 'cut off', complete: false },
      });
      const binary = aRecordAt(at(1), account, {
        requestBody: { encoding: 'base64', data: '/wA=', complete: true },
        responseBody: text('☃'.repeat(1_365)),
      });
      await put(record, binary);
      expect(await store.get(account, gateway, record.id)).toMatchObject({
        requestHead: { text: 'x'.repeat(4_095), complete: false },
        responseHead: { text: 'cut off', complete: false },
      });
      expect(await store.get(account, gateway, binary.id)).toMatchObject({
        requestHead: null,
        responseHead: { text: '☃'.repeat(1_365), complete: true },
      });
    });

    rule('a body of 10 MB that was cut comes back whole, and stays marked as cut', async () => {
      const record = aRecordAt(at(0), account, {
        requestSize: 12_000_000,
        requestBody: { encoding: 'utf8', data: noise(10_000_000), complete: false },
      });
      await store.put(record);
      const stored = await store.body(account, gateway, record.id, 'request');
      expect(stored?.body.complete).toBe(false);
      expect(stored?.body.data === record.requestBody?.data).toBe(true);
    });

    rule('hostile fields are shortened, and the record says so', async () => {
      const huge = '\u0001'.repeat(10_000);
      const record = aRecordAt(at(0), account, {
        path: huge,
        model: huge,
        userAgent: huge,
        eventId: huge,
        metadata: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}${huge}`, huge])),
        warnings: Array.from({ length: 100 }, () => huge),
        attempts: Array.from({ length: 100 }, () => ({
          provider: huge,
          startedAt: at(0),
          duration: aRecordAt(at(0), account).duration,
          status: 200,
          failure: huge,
        })),
        outcome: { kind: 'broken', blame: 'upstream', message: huge },
        requestBody: text(huge),
      });
      await store.put(record);
      const detail = await store.get(account, gateway, record.id);
      expect(detail?.record.model).toHaveLength(512);
      expect(Object.keys(detail?.record.metadata ?? {})).toHaveLength(16);
      expect(detail?.record.warnings.at(-1)).toMatch(/shortened/);
      expect((await store.body(account, gateway, record.id, 'request'))?.body.data === huge).toBe(true);
    });

    rule('deletes one record with its bodies and feedback, and no other', async () => {
      const [record, other] = (await put(
        aRecordAt(at(0), account, { requestBody: text(noise(100_000)) }),
        aRecordAt(at(0), account),
      )) as [RequestRecord, RequestRecord];
      await store.giveFeedback(account, gateway, record.id, { feedback: 1 });
      expect(await store.deleteOne(account, gateway, record.id)).toBe(true);
      expect(await store.deleteOne(account, gateway, record.id)).toBe(false);
      expect(await store.get(account, gateway, record.id)).toBeNull();
      expect(await store.body(account, gateway, record.id, 'request')).toBeNull();
      expect(await list()).toEqual({ ids: [other.id], total: 1 });
      await store.put({ ...record, requestBody: null });
      expect(await store.get(account, gateway, record.id)).toMatchObject({
        feedback: null,
        requestHead: null,
      });
    });

    rule('deletes many in the order asked for, at most as many as asked for', async () => {
      const records = await put(
        ...[0, 1, 2].flatMap((hour) =>
          Array.from({ length: 10 }, (_, n) => aRecordAt(at(hour * HOUR + n), account)),
        ),
      );
      const ids = newestFirst(records);
      expect(await store.deleteMany(query({ direction: 'asc', take: 14 }))).toBe(14);
      expect(await list()).toEqual({ ids: ids.slice(0, 16), total: 16 });
      expect(await store.deleteMany(query({ skip: 3, take: 2 }))).toBe(2);
      expect((await list()).ids).toEqual([...ids.slice(0, 3), ...ids.slice(5, 16)]);
      expect(await store.deleteMany(query({ from: at(2 * HOUR), take: 1_000 }))).toBe(8);
      expect(await store.deleteMany(query({ take: 0 }))).toBe(0);
      expect(await store.deleteMany(query({ take: 1_000 }))).toBe(6);
      expect(await list()).toEqual({ ids: [], total: 0 });
      expect(await store.deleteMany(query({ take: 1_000 }))).toBe(0);
    });

    rule('lists stay right while old hours gain and lose records', async () => {
      const old = (n: number) => aRecordAt(at(-100 * HOUR + n), account);
      const records = await put(old(1), old(2), old(3));
      clock.advance(2 * HOUR);
      expect((await list()).total).toBe(3);
      expect((await list()).total).toBe(3);
      records.push(...(await put(old(4))));
      expect(await list()).toEqual({ ids: newestFirst(records), total: 4 });
      clock.advance(2 * HOUR);
      expect((await list()).total).toBe(4);
      const gone = records.shift() as RequestRecord;
      await store.deleteOne(account, gateway, gone.id);
      expect(await list()).toEqual({ ids: newestFirst(records), total: 3 });
      clock.advance(2 * HOUR);
      await store.deleteMany(query({ take: 100 }));
      clock.advance(2 * HOUR);
      expect((await list()).total).toBe(0);
      expect((await list()).total).toBe(0);
      const again = await put(old(5));
      expect(await list()).toEqual({ ids: newestFirst(again), total: 1 });
    });

    rule('a deleted gateway’s records are gone at once, and those of its successor are not', async () => {
      const [before] = await put(aRecordAt(at(10), account), aRecordAt(at(-50 * HOUR), account));
      const { id } = before as RequestRecord;
      await store.deleteGateway(account, gateway, at(10));
      await store.deleteGateway(account, gateway, at(5));
      const [after] = await put(aRecordAt(at(11), account));
      expect(await list()).toEqual({ ids: [after?.id], total: 1 });
      expect(await store.get(account, gateway, id)).toBeNull();
      expect(await store.body(account, gateway, id, 'request')).toBeNull();
      expect(await store.giveFeedback(account, gateway, id, { feedback: 1 })).toBe(false);
      expect(await store.deleteOne(account, gateway, id)).toBe(false);
      expect(await store.deleteMany(query({ take: 100, to: at(10) }))).toBe(0);
      expect(await list({ gateway: 'other' as GatewayId })).toEqual({ ids: [], total: 0 });
    });

    rule('records of no gateway end after seven days', async () => {
      const day = 24 * HOUR;
      const record = aRecordAt(clock.now(), account, { gateway: '~' });
      await put(record, aRecordAt(epochMs(clock.now() - 7 * day), account, { gateway: '~' }));
      expect(await list({ gateway: '~' })).toEqual({ ids: [record.id], total: 1 });
      clock.advance(7 * day - 1);
      expect(await store.get(account, '~', record.id)).not.toBeNull();
      clock.advance(1);
      expect(await store.get(account, '~', record.id)).toBeNull();
      expect(await list({ gateway: '~' })).toEqual({ ids: [], total: 0 });
      const nowhere = { account: '~', gateway: '~' } as const;
      await store.put(aRecordAt(clock.now() as EpochMs, account, nowhere));
    });

    end();
  });
}
