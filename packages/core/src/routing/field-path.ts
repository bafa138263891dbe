import { ROUTE_BOUNDS } from './bounds.ts';
import { isForbiddenName } from './forbidden-name.ts';

/** A place in a request that an element looks at (spec 5.10-2). */
export type FieldPath =
  | { readonly kind: 'metadata'; readonly key: string }
  /** In lower case: names of headers have no case. */
  | { readonly kind: 'headers'; readonly name: string }
  | { readonly kind: 'body'; readonly names: readonly string[] };

/** What carries a secret is not routed by: it would end up in counters' keys. A test holds every provider's to it. */
const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'api-key',
  'authorization',
  'cf-access-client-secret',
  'cf-access-jwt-assertion',
  'cf-aig-authorization',
  'cookie',
  'proxy-authorization',
  'x-amz-security-token',
  'x-api-key',
  'x-goog-api-key',
  'xi-api-key',
]);

export const isCredentialHeader = (name: string): boolean => CREDENTIAL_HEADERS.has(name);

/** @returns what is wrong with it, in words, when it is no path. */
export function parseFieldPath(text: string): FieldPath | string {
  if (text.length > ROUTE_BOUNDS.pathLength)
    return `a field's path has at most ${ROUTE_BOUNDS.pathLength} characters`;
  const dot = text.indexOf('.');
  const rest = text.slice(dot + 1);
  if (dot < 0 || rest === '') return notAPath(text);
  switch (text.slice(0, dot)) {
    case 'metadata':
      return isForbiddenName(rest) ? unreachable(text) : { kind: 'metadata', key: rest };
    case 'headers': {
      const name = rest.toLowerCase();
      return isCredentialHeader(name)
        ? `the header "${name}" carries a secret, which no route may look at: use metadata instead`
        : { kind: 'headers', name };
    }
    case 'body':
      return bodyPath(text, rest.split('.'));
    default:
      return notAPath(text);
  }
}

function bodyPath(text: string, names: readonly string[]): FieldPath | string {
  if (names.includes('')) return `"${text}" has an empty name between two dots: remove a dot`;
  if (names.length > ROUTE_BOUNDS.pathNames)
    return `a path into the body has at most ${ROUTE_BOUNDS.pathNames} names`;
  return names.some(isForbiddenName) ? unreachable(text) : { kind: 'body', names };
}

const notAPath = (text: string) =>
  `"${text.slice(0, 64)}" is no field: write metadata.<key>, headers.<name> or body.<path>`;

const unreachable = (text: string) => `"${text}" can have no value: prototypes are not looked into`;
