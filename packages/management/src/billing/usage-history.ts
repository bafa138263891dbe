import {
  type CreditEntry,
  type EpochMs,
  epochMs,
  type JsonValue,
  type Micros,
  micros,
  NO_MONEY,
  Refusal,
} from '@weir/core';
import * as z from 'zod';
import type { Call } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readQuery, wholeNumber } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { toCents } from './cents.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const LAST_MOMENT = Date.UTC(2200, 0);

/** How long a window is, how far the list goes back when nobody says, and how long it may be at most. */
const WINDOWS = {
  hour: { length: HOUR, usual: DAY, most: 31 * DAY },
  day: { length: DAY, usual: 30 * DAY, most: 366 * DAY },
} as const;

/** The official client writes null as nothing behind the equals sign. */
const moment = z
  .preprocess((given) => (given === '' ? undefined : given), wholeNumber(0, LAST_MOMENT).optional())
  .optional();

const query = z.strictObject({
  value_grouping_window: z.enum(['day', 'hour'], { error: 'must be day or hour' }),
  start_time: moment,
  end_time: moment,
});

/**
 * What requests took from the account's credits (spec 1.5), in cents, in whole windows of UTC that cover the asked time,
 * empty ones included. Without times: the last 24 hours, or the last 30 days.
 */
export async function listUsage(
  call: Call,
  { credits, clock }: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const asked = readQuery(call.request, query);
  if (asked instanceof Refusal) return asked;
  const { value_grouping_window: unit } = asked;
  const { length, usual, most } = WINDOWS[unit];
  const end = asked.end_time ?? clock.now();
  const start = asked.start_time ?? Math.max(0, end - usual);
  if (start >= end) return fault('start_time', 'must be before end_time');
  if (end - start > most) return fault('start_time', `must be at most ${most / DAY} days before end_time`);
  const from = epochMs(Math.floor(start / length) * length);
  const to = epochMs(Math.ceil(end / length) * length);
  const entries = await credits.entries(call.account, { from, to, kind: 'charge' });
  return succeed({ history: history(entries, { from, to, length, unit }) });
}

interface Windows {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly length: number;
  readonly unit: string;
}

function history(entries: readonly CreditEntry[], { from, to, length, unit }: Windows): JsonValue {
  const sums: Micros[] = Array((to - from) / length).fill(NO_MONEY);
  for (const { at, amount } of entries) {
    const index = Math.floor((at - from) / length);
    sums[index] = micros((sums[index] ?? NO_MONEY) + amount);
  }
  return sums.map((sum, index) => {
    const start = from + index * length;
    return {
      id: `${unit}_${start}`,
      aggregated_value: toCents(sum),
      start_time: start,
      end_time: start + length,
    };
  });
}

const fault = (name: string, message: string) =>
  new Refusal('invalidQuery', { message: `${name}: ${message}`, path: ['query', name] });
