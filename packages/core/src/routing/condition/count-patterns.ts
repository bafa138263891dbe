import type { JsonValue } from '../../gateway/json-value.ts';

/** How many regular expressions a condition holds. The condition was checked, so it is not deep. */
export function countPatterns(condition: JsonValue): number {
  if (typeof condition !== 'object' || condition === null) return 0;
  return Object.entries<JsonValue>(condition).reduce(
    (sum, [key, value]) => sum + (key === '$regex' ? 1 : countPatterns(value)),
    0,
  );
}
