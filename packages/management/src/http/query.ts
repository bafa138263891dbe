import { epochMs, Refusal } from '@weir/core';
import * as z from 'zod';
import { faultsOf } from './faults.ts';
import type { ManagementRequest } from './request.ts';

/** The request's query, checked. A name given twice is a fault unless the schema takes an array under that name. */
export function readQuery<Schema extends z.ZodType>(
  request: ManagementRequest,
  schema: Schema,
): z.output<Schema> | Refusal {
  const plain = Object.fromEntries(
    [...request.query].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
  const parsed = schema.safeParse(plain);
  return parsed.success
    ? parsed.data
    : new Refusal('invalidQuery', { faults: faultsOf(parsed.error, 'query') });
}

/** A whole number as it stands in a query. */
export function wholeNumber(least: number, most: number) {
  return z
    .string({ error: 'takes one value' })
    .regex(/^\d{1,15}$/, { error: 'must be a whole number', abort: true })
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
}

/** A time as it stands in a query. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-09-24T08:00:00Z' })
  .transform((text) => epochMs(Date.parse(text)));

/** `page` and `per_page` as every list takes them (spec 1.5, 6). */
export const pageFields = (mostPerPage: number) => ({
  page: wholeNumber(1, 1_000_000_000).default(1),
  per_page: wholeNumber(1, mostPerPage).default(20),
});

export interface PageRequest {
  readonly page: number;
  readonly per_page: number;
}

export const skipOf = ({ page, per_page }: PageRequest) => (page - 1) * per_page;

/** The asked page of a list that is wholly in memory; past the end it is empty (spec 1.6-3). */
export function slicePage<Row>(rows: readonly Row[], asked: PageRequest) {
  const page = rows.slice(skipOf(asked), skipOf(asked) + asked.per_page);
  return {
    rows: page,
    info: { page: asked.page, per_page: asked.per_page, count: page.length, total_count: rows.length },
  };
}
