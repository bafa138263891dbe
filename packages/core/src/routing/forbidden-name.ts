const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Names through which objects reach what they inherit: never a key, never part of a path. */
export const isForbiddenName = (name: string): boolean => FORBIDDEN.has(name);
