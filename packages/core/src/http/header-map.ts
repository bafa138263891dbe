/** Headers by lower-case name, every value kept in order. */
export type HeaderMap = ReadonlyMap<string, readonly string[]>;

export function headerMap(entries: Iterable<readonly [name: string, value: string]>): HeaderMap {
  const map = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const key = name.toLowerCase();
    const values = map.get(key);
    if (values) values.push(value);
    else map.set(key, [value]);
  }
  return map;
}

/** The header's first value. */
export function header(headers: HeaderMap, name: string): string | undefined {
  return headers.get(name)?.[0];
}
