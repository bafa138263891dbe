/**
 * What a table says of a name from outside. `table[name]` alone would answer `constructor` and `__proto__` with what every
 * object inherits.
 */
export const ownValue = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
