import {
  type CreditEntry,
  type EpochMs,
  epochMs,
  type JsonValue,
  type Micros,
  micros,
  NO_MONEY,
  plainModel,
  Refusal,
} from '@weir/core';
import * as z from 'zod';
import type { Call } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { pageFields, readQuery, slicePage } from '../http/query.ts';
import type { ManagementPorts } from '../ports.ts';
import { toCents } from './cents.ts';

const CURRENCY = 'usd';
/** As in the invoices that the contract's are made of: seconds. */
const seconds = (at: EpochMs | number) => Math.floor(at / 1000);

/** What was just written by a process whose clock is ahead is there as well. Milliseconds. */
const CLOCKS = 60_000;

const query = z.strictObject({
  ...pageFields(100),
  type: z.enum(['auto', 'manual', 'all'], { error: 'must be auto, manual or all' }).default('all'),
});

/** Every top-up as a paid invoice, the newest first. All are manual: nothing tops up by itself. */
export async function listInvoices(
  call: Call,
  { credits, clock }: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const asked = readQuery(call.request, query);
  if (asked instanceof Refusal) return asked;
  const range = { from: epochMs(0), to: epochMs(clock.now() + CLOCKS), kind: 'top-up' } as const;
  const topUps = asked.type === 'auto' ? [] : await credits.entries(call.account, range);
  const { rows, info } = slicePage(topUps.toReversed(), asked);
  const { page, per_page, total_count } = info;
  return succeed({
    invoices: rows.map(viewInvoice),
    pagination: { has_more: page * per_page < total_count, page, per_page, total_count },
  });
}

function viewInvoice({ id, amount, at, by }: CreditEntry): JsonValue {
  const cents = toCents(amount);
  return {
    id,
    amount_due: cents,
    amount_paid: cents,
    amount_remaining: 0,
    currency: CURRENCY,
    created: seconds(at),
    ...(by === undefined ? {} : { created_by: by }),
    description: 'Credits, topped up by an operator',
    invoice_origin: 'manual',
    invoice_pdf: null,
    status: 'paid',
    attempted: true,
    attempt_count: 1,
    auto_advance: false,
  };
}

/** What this month's requests cost so far, a line for each model. It is paid already: credits are prepaid. */
export async function previewInvoice(
  call: Call,
  { credits, clock }: ManagementPorts,
): Promise<ManagementAnswer> {
  const period = monthOf(clock.now());
  const charges = await credits.entries(call.account, { ...period, kind: 'charge' });
  const total = toCents(sumOf(charges));
  return succeed({
    id: `preview_${new Date(period.from).toISOString().slice(0, 7)}`,
    amount_due: total,
    amount_paid: total,
    amount_remaining: 0,
    currency: CURRENCY,
    invoice_lines: linesOf(charges, period),
    period_start: seconds(period.from),
    period_end: seconds(period.to),
    status: 'draft',
  });
}

interface Period {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

function monthOf(now: EpochMs): Period {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: epochMs(Date.UTC(year, month)), to: epochMs(Date.UTC(year, month + 1)) };
}

/** By `provider/model` without the mark of a release (spec 5.3-14), the dearest first. */
function linesOf(charges: readonly CreditEntry[], { from, to }: Period): JsonValue {
  const byModel = Map.groupBy(
    charges,
    ({ provider = 'unknown', model }) =>
      `${provider}/${model === undefined ? 'unknown' : plainModel(provider, model)}`,
  );
  return [...byModel]
    .map(([description, entries]) => ({ description, entries, sum: sumOf(entries) }))
    .sort((one, other) => Number(other.sum - one.sum) || (one.description < other.description ? -1 : 1))
    .map(({ description, entries, sum }) => ({
      amount: toCents(sum),
      currency: CURRENCY,
      description,
      /** Requests; they differ in price, so there is no price of one. */
      quantity: entries.length,
      period: { start: seconds(from), end: seconds(to) },
      pricing: { unit_amount_decimal: null },
    }));
}

const sumOf = (entries: readonly CreditEntry[]): Micros =>
  micros(entries.reduce<bigint>((sum, { amount }) => sum + amount, NO_MONEY));
