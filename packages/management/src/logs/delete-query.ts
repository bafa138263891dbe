import { parseRecordId, type RecordId, Refusal } from '@weir/core';
import * as z from 'zod';
import { readQuery, wholeNumber } from '../http/query.ts';
import type { ManagementRequest } from '../http/request.ts';
import { orderFields } from './list-query.ts';

const MOST = 10_000;

/** Which logs a caller asks to delete: those of these ids, or so many from one end. */
export type Deletion =
  | { readonly kind: 'ids'; readonly ids: readonly RecordId[] }
  | { readonly kind: 'from-one-end'; readonly direction: 'asc' | 'desc'; readonly most: number };

const many = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const deleteQuery = z.strictObject({
  ...orderFields,
  limit: wholeNumber(1, MOST).optional(),
  filters: z.string({ error: 'takes one JSON array' }).optional(),
  'filters.key': z.literal('id', { error: 'only one filter, by id, is part of this version' }).optional(),
  'filters.operator': z.literal('eq', { error: 'an id takes the operator eq' }).optional(),
  'filters.value': many.optional(),
});

const idFilters = z.array(
  z.strictObject({
    key: z.literal('id', { error: 'only a filter by id is part of this version' }),
    operator: z.literal('eq', { error: 'an id takes the operator eq' }),
    value: many,
  }),
);

/**
 * Reads what is to be deleted. With neither a filter nor an explicit limit nothing is (spec 5.18-5): a forgotten
 * parameter must not cost 10,000 logs. The oldest go first unless the order says otherwise.
 */
export function readDeletion(request: ManagementRequest): Deletion | Refusal {
  const query = readQuery(request, deleteQuery);
  if (query instanceof Refusal) return query;
  const ids = idsIn(query);
  if (ids instanceof Refusal) return ids;
  if (ids !== null) return { kind: 'ids', ids: ids.slice(0, query.limit ?? MOST) };
  if (query.limit === undefined) {
    return refused('limit', 'Say what to delete: a filter by id, or a limit from 1 to 10000.');
  }
  return { kind: 'from-one-end', direction: query.order_by_direction ?? 'asc', most: query.limit };
}

function idsIn(query: z.output<typeof deleteQuery>): readonly RecordId[] | null | Refusal {
  const flat = query['filters.value'];
  if (flat !== undefined || query['filters.key'] !== undefined) {
    return query['filters.key'] === undefined || flat === undefined
      ? refused('filters', 'A filter needs a key and at least one value.')
      : recordIds(flat);
  }
  if (query.filters === undefined) return null;
  const parsed = idFilters.safeParse(parseJson(query.filters));
  const [filter, ...more] = parsed.success ? parsed.data : [];
  if (filter === undefined || more.length > 0) {
    return refused('filters', 'takes one filter, [{"key":"id","operator":"eq","value":["…"]}]');
  }
  return recordIds(filter.value);
}

function recordIds(texts: readonly string[]): readonly RecordId[] | Refusal {
  const ids = texts.map(parseRecordId);
  const wrong = texts[ids.indexOf(null)];
  return wrong === undefined
    ? [...new Set(ids.filter((id) => id !== null))]
    : refused('filters', `${JSON.stringify(wrong)} is not the id of a log.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not a filter: the schema refuses it by name.
    return undefined;
  }
}

const refused = (name: string, message: string) =>
  new Refusal('invalidQuery', { message, path: ['query', name] });
