import { hash } from 'node:crypto';
import type { JsonValue } from '../../gateway/json-value.ts';

const LONGEST = 64;
const digest = (text: string): string => hash('sha256', text, 'hex');

/**
 * A field's value as what is counted under it: its JSON, or a hash where that is long. A request without the field counts as
 * one with `null`. Texts are quoted, so no value looks like another, nor like a hash.
 */
export function countedAs(value: JsonValue | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length <= LONGEST ? text : `sha256:${digest(text).slice(0, 32)}`;
}

/** What may be recorded of a value: enough to tell that two requests had the same one, not what it was. */
export const tagOf = (value: JsonValue | undefined): string =>
  `#${digest(JSON.stringify(value ?? null)).slice(0, 8)}`;

/** Where a value stands in a split, in [0, 1): the same in every version of the route. */
export const pointOf = (route: string, element: string, value: JsonValue): number =>
  Number.parseInt(digest(JSON.stringify([route, element, value])).slice(0, 12), 16) / 2 ** 48;
