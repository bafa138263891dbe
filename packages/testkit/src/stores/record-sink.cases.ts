import { beforeEach, describe, expect } from '@jest/globals';
import type { RecordSink, RequestRecord } from '@weir/core';
import { rulesOf, type Skip } from './cases.ts';
import { aRecord } from './examples.ts';

export interface RecordSinkCases {
  readonly name: string;
  readonly make: () => Promise<{
    readonly sink: RecordSink;
    /** Everything that arrived since the last call, in any order. */
    readonly arrived: () => Promise<readonly RequestRecord[]>;
  }>;
  readonly skip?: readonly Skip[];
}

/** The rules of the {@link RecordSink} port. */
export function runRecordSinkCases({ name, make, skip = [] }: RecordSinkCases): void {
  describe(`${name} as a record sink`, () => {
    const { rule, end } = rulesOf(skip);
    let sink: RecordSink;
    let arrived: () => Promise<readonly RequestRecord[]>;

    beforeEach(async () => {
      ({ sink, arrived } = await make());
    });

    rule('a record has arrived, unchanged, when put resolves', async () => {
      const record = aRecord();
      await sink.put(record);
      expect(await arrived()).toEqual([record]);
    });

    rule('characters that queues and logs dislike arrive as they were', async () => {
      const data = `\u0000\u0007\n\uFFFE\uFFFF \uD800 \u2028 é ☃ 😀 "\\`;
      const record = aRecord({ requestBody: { encoding: 'utf8', data, complete: true } });
      await sink.put(record);
      expect(await arrived()).toEqual([record]);
    });

    rule('two hundred records put at once arrive exactly once each', async () => {
      const records = Array.from({ length: 200 }, () => aRecord());
      await Promise.all(records.map((record) => sink.put(record)));
      const ids = (await arrived()).map(({ id }) => id);
      expect(ids.sort()).toEqual(records.map(({ id }) => id).sort());
    });

    rule('records of 300 KB put at once arrive, although few of them fit one call', async () => {
      const body = { encoding: 'utf8', data: 'x'.repeat(300_000), complete: true } as const;
      const records = Array.from({ length: 12 }, () => aRecord({ responseBody: body }));
      await Promise.all(records.map((record) => sink.put(record)));
      expect(await arrived()).toHaveLength(12);
    });

    rule('a record of 2 MB arrives whole', async () => {
      const body = { encoding: 'utf8', data: 'é'.repeat(1_000_000), complete: true } as const;
      const record = aRecord({ responseBody: body });
      await sink.put(record);
      expect(await arrived()).toEqual([record]);
    });

    end();
  });
}
