import { ROUTE_BOUNDS } from '../bounds.ts';
import type { RouteFault } from '../fault.ts';
import { isForbiddenName } from '../forbidden-name.ts';

interface Visit {
  readonly value: unknown;
  readonly depth: number;
  readonly path: readonly string[];
}

/**
 * Whether a body can be looked at more closely: not too large, not too deep, without keys that reach prototypes. Without
 * recursion, and over as soon as a bound is passed, so that no body costs more than the largest one that is taken.
 */
export function checkBounds(elements: readonly unknown[]): RouteFault | null {
  const pending: Visit[] = [{ value: elements, depth: 0, path: ['elements'] }];
  let size = 0;
  for (let visit = pending.pop(); visit; visit = pending.pop()) {
    const { value, depth, path } = visit;
    size += sizeOf(value);
    if (size > ROUTE_BOUNDS.size)
      return fault(
        ['elements'],
        `The elements take more than ${ROUTE_BOUNDS.size} bytes: shorten their conditions, or make two routes of them.`,
      );
    if (typeof value !== 'object' || value === null) continue;
    if (depth > ROUTE_BOUNDS.depth)
      return fault(
        path.slice(0, 8),
        `Objects are nested more than ${ROUTE_BOUNDS.depth} deep: flatten them.`,
      );
    for (const [key, member] of Object.entries(value)) {
      if (isForbiddenName(key)) return fault([...path, key], `No key may be named "${key}": rename it.`);
      size += key.length + 1;
      pending.push({ value: member, depth: depth + 1, path: [...path, key] });
    }
  }
  return null;
}

/** Bytes as JSON, about: escapes are not counted. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 3;
  // As it will be written: of `1e20` that is all of its digits.
  return typeof value === 'number' ? String(value).length + 1 : 3;
}

const fault = (path: readonly string[], message: string): RouteFault => ({ element: null, message, path });
