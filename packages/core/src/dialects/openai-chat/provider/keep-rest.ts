import { isJson, type Json } from '../../../form/json.ts';

/**
 * Keeps what a reader has no place for. An empty object takes nothing away: Azure's last chunk has one where those before
 * it had filter results.
 */
export function keepRest(value: Json, known: ReadonlySet<string>, into: Record<string, unknown>): void {
  for (const key in value) {
    const now = value[key] ?? null;
    const isEmpty = isJson(now) && Object.keys(now).length === 0;
    if (!known.has(key) && now !== null && !(isEmpty && key in into)) into[key] = now;
  }
}
