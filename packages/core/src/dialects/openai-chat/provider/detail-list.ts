import type { Json } from '../../../form/json.ts';

/** Members that grow with each delta. */
const GROWING = ['text', 'summary', 'data', 'signature'] as const;

/** OpenRouter's `reasoning_details` of one block of thoughts, put together from their deltas (spec/providers 2.9). */
export class DetailList {
  readonly #entries: Record<string, unknown>[] = [];

  get all(): readonly Json[] {
    return this.#entries;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether the entries say anything yet: a stream may begin with empty ones. */
  add(entries: readonly Json[]): boolean {
    for (const entry of entries) {
      const last = this.#entries.at(-1);
      if (last && isSame(last, entry)) merge(last, entry);
      else this.#entries.push({ ...entry });
    }
    return this.#entries.some((entry) => GROWING.some((key) => isFilled(entry[key])));
  }
}

const isSame = (last: Json, entry: Json) =>
  last.type === entry.type && (last.index ?? null) === (entry.index ?? null) && mayBeOne(last.id, entry.id);

/** An id that comes only with the first delta stays the entry's. */
const mayBeOne = (last: unknown, next: unknown) => !isFilled(last) || !isFilled(next) || last === next;

function merge(last: Record<string, unknown>, entry: Json): void {
  for (const [key, value] of Object.entries(entry)) {
    const before = last[key];
    const grows = GROWING.some((it) => it === key) && typeof before === 'string' && typeof value === 'string';
    if (grows) last[key] = before + value;
    else if (value !== null && value !== undefined) last[key] = value;
  }
}

const isFilled = (value: unknown) => typeof value === 'string' && value !== '';
