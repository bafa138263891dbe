import { isJson, type Json, listAt, textAt } from '../../form/json.ts';
import { type HeaderMap, header } from '../../http/header-map.ts';

/**
 * How long a provider wants to be left alone, in milliseconds: `retry-after-ms`, `retry-after` in seconds or as a date,
 * or Google's `RetryInfo` (spec/providers 2.6). Null: it does not say.
 */
export function retryAfter(headers: HeaderMap | null, error: Json | null): number | null {
  return (headers && (milliseconds(headers) ?? seconds(headers) ?? untilDate(headers))) ?? retryInfo(error);
}

const milliseconds = (headers: HeaderMap) => duration(header(headers, 'retry-after-ms'), 1);
const seconds = (headers: HeaderMap) => duration(header(headers, 'retry-after'), 1000);

function duration(text: string | undefined, unit: number): number | null {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Math.round(Number(text) * unit) : null;
}

/** Against the provider's own clock. */
function untilDate(headers: HeaderMap): number | null {
  const until = Date.parse(header(headers, 'retry-after') ?? '');
  const now = Date.parse(header(headers, 'date') ?? '');
  return Number.isNaN(until - now) ? null : Math.max(0, until - now);
}

/** `"retryDelay": "34.07s"` */
function retryInfo(error: Json | null): number | null {
  for (const detail of listAt(error, 'details')) {
    const delay = isJson(detail) ? textAt(detail, 'retryDelay') : null;
    if (delay?.endsWith('s')) return duration(delay.slice(0, -1), 1000);
  }
  return null;
}
