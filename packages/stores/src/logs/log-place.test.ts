import { describe, expect, it } from '@jest/globals';
import { epochMs, type RecordId } from '@weir/core';
import { AN_HOUR, recordIdAt } from '@weir/testkit/logs';
import fc from 'fast-check';
import { firstIdAt, hourOf, lastIdAt, recordKey, shardOf, timeOf } from './log-place.ts';

const instant = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }).map(epochMs);

describe('the place of a record', () => {
  it('is known from its id: the example of the ULID specification', () => {
    const id = '01ARYZ6S41TSV4RRFFQ69G5FAV' as RecordId;
    expect(timeOf(id)).toBe(1_469_918_176_385);
    expect(recordKey({ account: 'a', gateway: 'g' }, id).pk).toMatch(/^L#a#g#2016-07-30T22#[0-3]$/);
  });

  it('lies between the first and the last id of its instant, and of no other', () => {
    fc.assert(
      fc.property(instant, instant, (time, other) => {
        const id = recordIdAt(time);
        expect(timeOf(id)).toBe(time);
        expect(firstIdAt(other) <= id && id <= lastIdAt(other)).toBe(other === time);
        expect(firstIdAt(other) < id).toBe(other <= time);
      }),
    );
  });

  it('has an hour that sorts as time does', () => {
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        const hours = [one, other].map((time) => hourOf(recordIdAt(time)));
        expect((hours[0] ?? '') <= (hours[1] ?? '')).toBe(
          Math.floor(one / 3_600_000) <= Math.floor(other / 3_600_000),
        );
      }),
    );
  });

  it('spreads the ids of one millisecond over all four shards', () => {
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 4_000; n += 1) {
      const shard = shardOf(recordIdAt(AN_HOUR));
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(counts).toHaveLength(4);
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
