import {
  DIMENSIONS,
  type Dimension,
  durationMs,
  type EpochMs,
  epochMs,
  formatDollars,
  type JsonValue,
  Refusal,
  startOf,
  type Tally,
  TOKEN_CLASSES,
  type Totals,
  tokensIn,
  tokensOut,
} from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { instant, readQuery } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';

const TIMES: ReadonlySet<Dimension> = new Set(['minute', 'hour', 'day']);
const MINUTE = durationMs(60_000);
/** A busy gateway's minutes are two megabytes a day. */
const LONGEST_DAYS = 31;
const LONGEST = durationMs(LONGEST_DAYS * 24 * 60 * MINUTE);
/** About three megabytes; Lambda's answers end at six. */
const MOST_ROWS = 5_000;

const dimensions = z
  .string({ error: 'takes one value' })
  .transform((text) => text.split(','))
  .pipe(
    z.array(z.enum(DIMENSIONS, { error: `must be of ${DIMENSIONS.join(', ')}, with commas between them` })),
  )
  .refine((names) => new Set(names).size === names.length, { error: 'names something twice' })
  .refine((names) => names.filter((name) => TIMES.has(name)).length <= 1, {
    error: 'takes one of minute, hour and day',
  });

const query = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  group_by: dimensions.default([]),
});

/**
 * Ours: what the gateway's records of a range come to, by time, provider, model or cache (spec 5.21-4 names them). Whole
 * minutes: the one that holds `from` to the one that holds the last instant before `to`. Without `to` until now, without
 * `from` from the beginning of that day (UTC).
 */
export async function readTotals(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const asked = readQuery(call.request, query);
  if (asked instanceof Refusal) return asked;
  const range = rangeOf(asked, ports.clock.now());
  if (range instanceof Refusal) return range;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const { group_by: groupBy } = asked;
  const { account } = call;
  const { totals, freshUntil } = await ports.totals.read({ account, gateway: gateway.id, ...range, groupBy });
  if (totals.length > MOST_ROWS)
    return fault('group_by', `gives more than ${MOST_ROWS} rows: ask for less time or for coarser groups`);
  return succeed({
    from: rfc3339(range.from),
    to: rfc3339(range.to),
    fresh_until: rfc3339(freshUntil),
    totals: totals.map((each) => viewTotals(groupBy, each)),
  });
}

function rangeOf(
  asked: z.output<typeof query>,
  now: EpochMs,
): Refusal | { readonly from: EpochMs; readonly to: EpochMs } {
  const end = asked.to ?? now;
  const from = startOf('minute', asked.from ?? startOf('day', epochMs(end - 1)));
  const to = epochMs(startOf('minute', epochMs(end + MINUTE - 1)));
  if (from >= to) return fault('from', 'must be before to, which is now if it is not given');
  if (to - from > LONGEST) return fault('from', `must be at most ${LONGEST_DAYS} days before to`);
  return { from, to };
}

const fault = (name: string, message: string) =>
  new Refusal('invalidQuery', { faults: [{ message: `${name}: ${message}`, path: ['query', name] }] });

function viewTotals(groupBy: readonly Dimension[], { group, tally }: Totals): JsonValue {
  const named = groupBy.map((dimension, index) => {
    const value = group[index] ?? null;
    return [dimension, typeof value === 'number' ? rfc3339(value) : value];
  });
  return { ...Object.fromEntries(named), ...viewTally(tally) };
}

function viewTally(tally: Tally): { readonly [field: string]: JsonValue } {
  const { requests, records, attempts, errors, cacheHits, usage, cost, costUnknown } = tally;
  return {
    requests,
    records,
    attempts,
    errors,
    cache_hits: cacheHits,
    tokens_in: tokensIn(usage),
    tokens_out: tokensOut(usage),
    usage: Object.fromEntries(TOKEN_CLASSES.map((name) => [onTheWire(name), usage[name]])),
    cost: Number(formatDollars(cost)),
    cost_unknown: costUnknown,
  };
}

/** `cacheRead` → `cache_read`. */
const onTheWire = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const rfc3339 = (time: number) => new Date(time).toISOString();
