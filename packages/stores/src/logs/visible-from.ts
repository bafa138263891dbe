import { durationMs, type EpochMs, epochMs, type RecordId } from '@weir/core';
import { type LogScope, timeOf } from './log-place.ts';

/** Records that belong to no gateway are kept for the operator to look at, not for good. */
const UNROUTED_FOR = durationMs(7 * 24 * 3_600_000);

const isUnrouted = ({ gateway }: LogScope) => gateway === '~';

/** When the record ends by itself; null: it is kept until it is deleted. */
export function expiryOf(scope: LogScope, id: RecordId): EpochMs | null {
  return isUnrouted(scope) ? epochMs(timeOf(id) + UNROUTED_FOR) : null;
}

/**
 * The earliest time whose records may be seen. The table removes expired items only some time later, and those of a
 * deleted gateway wait for the schedule.
 */
export function visibleFrom(scope: LogScope, voidUntil: EpochMs | null, now: EpochMs): EpochMs {
  const afterVoid = voidUntil === null ? 0 : voidUntil + 1;
  return epochMs(isUnrouted(scope) ? Math.max(afterVoid, now - UNROUTED_FOR + 1) : afterVoid);
}
