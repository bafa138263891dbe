import { Refusal } from '@weir/core';
import * as z from 'zod';
import { instant, pageFields, readQuery } from '../http/query.ts';
import type { ManagementRequest } from '../http/request.ts';

const RANGES = ['cost', 'duration', 'tokens_in', 'tokens_out', 'total_tokens'];

/** What the contract lets a caller filter by (spec 5.18) and this version does not. */
const UNSERVED: ReadonlySet<string> = new Set([
  ...[
    'filters',
    'filters.key',
    'filters.operator',
    'filters.value',
    'search',
    'success',
    'cached',
    'feedback',
  ],
  ...['provider', 'model', 'model_type', 'request_content_type', 'response_content_type'],
  ...RANGES.flatMap((range) => [`min_${range}`, `max_${range}`]),
]);

const direction = z.enum(['asc', 'desc'], { error: 'must be asc or desc' });

/** The order of a list or of a deletion: by time, and in this version by nothing else. */
export const orderFields = {
  order_by: z.literal('created_at', { error: 'only created_at is part of this version' }).optional(),
  order_by_direction: direction.optional(),
};

const listQuery = z.strictObject({
  ...pageFields(50),
  ...orderFields,
  /** The older name of `order_by_direction`. */
  direction: direction.optional(),
  start_date: instant.optional(),
  end_date: instant.optional(),
  meta_info: z.literal('false', { error: 'is not part of this version' }).optional(),
});

export type ListQuery = z.output<typeof listQuery>;

/** A list that leaves out a filter in silence shows what was not asked for, so each is refused by its name. */
export function readListQuery(request: ManagementRequest): ListQuery | Refusal {
  const faults = [...request.query.keys()]
    .filter((name) => UNSERVED.has(name))
    .map((name) => ({
      message: `Filtering by "${name}" is not part of this version.`,
      path: ['query', name],
    }));
  return faults.length > 0 ? new Refusal('invalidQuery', { faults }) : readQuery(request, listQuery);
}
