/** A parsed JSON object of unknown shape. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object under a key; null when there is none. */
export function child(value: Json | null, key: string): Json | null {
  const found = value?.[key];
  return isJson(found) ? found : null;
}

/** The text under a key; null when there is none. */
export function textAt(value: Json | null, key: string): string | null {
  const found = value?.[key];
  return typeof found === 'string' ? found : null;
}

/** The finite number under a key; null when there is none. */
export function numberAt(value: Json | null, key: string): number | null {
  const found = value?.[key];
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

export const listAt = (value: Json | null, key: string): readonly unknown[] => {
  const found = value?.[key];
  return Array.isArray(found) ? found : [];
};

/** Parsed JSON, or undefined when the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An answer that breaks off or was never JSON has nothing for its reader; what is to say about it, others say.
    return undefined;
  }
}

/** The members that a reader has no place for: what `known` names is left out. Null when nothing is left. */
export function residueOf(value: Json, known: readonly string[]): Json | null {
  const rest = Object.entries(value).filter(([key]) => !known.includes(key));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}
