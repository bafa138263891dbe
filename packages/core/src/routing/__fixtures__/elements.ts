import type { JsonValue } from '../../gateway/json-value.ts';
import type { Output, RouteElement } from '../route.ts';

const to = (elementId: string): Output => ({ elementId });
/** Null: there is no such output. */
const onwards = (success: string, fallback: string | null) => ({
  success: to(success),
  ...(fallback === null ? {} : { fallback: to(fallback) }),
});

export const start = (next: string, id = 's'): RouteElement => ({
  id,
  type: 'start',
  outputs: { next: to(next) },
});

export const end = (id = 'e'): RouteElement => ({ id, type: 'end', outputs: {} });

export const when = (id: string, conditions: JsonValue, yes: string, no: string): RouteElement => ({
  id,
  type: 'conditional',
  properties: { conditions },
  outputs: { true: to(yes), false: to(no) },
});

export const split = (
  id: string,
  outputs: Readonly<Record<string, string>>,
  sticky?: string,
): RouteElement => ({
  id,
  type: 'percentage',
  ...(sticky === undefined ? {} : { properties: { sticky } }),
  outputs: Object.fromEntries(Object.entries(outputs).map(([share, next]) => [share, to(next)])),
});

/** At most 10 in a minute. */
export const count = (
  id: string,
  success: string,
  fallback: string | null = null,
  key = 'metadata.user',
): RouteElement => ({
  id,
  type: 'rate',
  properties: { limitType: 'count', key, limit: 10, window: 60 },
  outputs: onwards(success, fallback),
});

/** At most half a dollar in an hour. */
export const budget = (
  id: string,
  success: string,
  fallback: string | null = null,
  key = 'metadata.user',
): RouteElement => ({
  id,
  type: 'rate',
  properties: { limitType: 'cost', key, limit: 0.5, window: 3600 },
  outputs: onwards(success, fallback),
});

/** Named as its element is. */
export const model = (id: string, success = 'e', fallback: string | null = null): RouteElement => ({
  id,
  type: 'model',
  properties: { provider: 'openai', model: id, timeout: 0, retries: 0 },
  outputs: onwards(success, fallback),
});
