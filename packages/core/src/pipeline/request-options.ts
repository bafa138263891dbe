import { isUtf8 } from 'node:buffer';
import { type HeaderMap, header } from '../http/header-map.ts';
import type { MetadataValue } from '../record/request-record.ts';

const MAX_METADATA = 5;
/** Characters. All headers of a request have no more; those of a step, which come in the body, would. */
const MAX_METADATA_TEXT = 10_240;
/** What may come back in a response header. */
const EVENT_ID = /^[\x21-\x7e]{1,128}$/;

/** What the caller asks of us in `cf-aig-*` headers (spec 4.1). `null`: not said. */
export interface RequestOptions {
  readonly collectLog: boolean | null;
  readonly collectPayload: boolean;
  readonly noWholesale: boolean;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly eventId: string | null;
  /** What we could not read and therefore ignored (spec 4.1, precedence 4). */
  readonly warnings: readonly string[];
}

/** The headers that options are read from. */
export const OPTION_HEADERS: readonly string[] = [
  'cf-aig-collect-log',
  'cf-aig-collect-log-payload',
  'cf-aig-event-id',
  'cf-aig-metadata',
  'cf-aig-no-wholesale',
];

export function readOptions(headers: HeaderMap): RequestOptions {
  const warnings: string[] = [];
  const flag = (name: string): boolean | null => {
    const value = header(headers, name)?.trim().toLowerCase();
    if (value === undefined) return null;
    if (value === 'true') return true;
    if (value === 'false') return false;
    warnings.push(`${name} must be true or false and was ignored`);
    return null;
  };
  const event = header(headers, 'cf-aig-event-id');
  if (event !== undefined && !EVENT_ID.test(event))
    warnings.push('cf-aig-event-id must be 1–128 visible ASCII characters and was ignored');
  return {
    collectLog: flag('cf-aig-collect-log'),
    collectPayload: flag('cf-aig-collect-log-payload') ?? true,
    noWholesale: flag('cf-aig-no-wholesale') ?? false,
    metadata: readMetadata(header(headers, 'cf-aig-metadata'), warnings),
    eventId: event !== undefined && EVENT_ID.test(event) ? event : null,
    warnings,
  };
}

/** Spec 5.17: a flat object, the first five entries, no `cf.` keys, scalars only; no key that could change an object's nature downstream. */
function readMetadata(text: string | undefined, warnings: string[]): Record<string, MetadataValue> {
  if (text === undefined) return {};
  if (text.length > MAX_METADATA_TEXT) {
    warnings.push(`cf-aig-metadata must be at most ${MAX_METADATA_TEXT} characters and was ignored`);
    return {};
  }
  const parsed = parse(asUnicode(text));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    warnings.push('cf-aig-metadata must be a JSON object and was ignored');
    return {};
  }
  const kept: Array<[string, MetadataValue]> = [];
  for (const [key, value] of Object.entries(parsed)) {
    if (key.startsWith('cf.') || key === '__proto__') continue;
    if (kept.length === MAX_METADATA) {
      warnings.push('cf-aig-metadata holds more than five entries; the first five were kept');
      break;
    }
    // JSON has no word for it: a record could only keep null.
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
      warnings.push('cf-aig-metadata holds a number that is too large, which was ignored');
    else if (isScalar(value)) kept.push([key, value]);
    else warnings.push('cf-aig-metadata holds a nested value, which was ignored');
  }
  return Object.fromEntries(kept);
}

const isScalar = (value: unknown): value is MetadataValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** A header's bytes come as Latin-1; most clients mean UTF-8, which hardly any other text happens to be. */
function asUnicode(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
