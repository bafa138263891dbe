import { createHash } from 'node:crypto';

/** What a provider understood of a request, in nobody's format: for tests to compare with what the client meant. */
export interface Heard {
  readonly model: string;
  readonly stream: boolean;
  readonly system: readonly string[];
  readonly turns: readonly HeardTurn[];
  readonly tools: readonly HeardTool[];
  readonly toolChoice: HeardChoice | null;
  /** An answer in JSON was asked for, perhaps of a schema. */
  readonly format: { readonly schema: unknown } | null;
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly stop: readonly string[];
  /** The model was asked to think, or to show what it thinks. */
  readonly thinks: boolean;
  /** A stream shall end with its usage. Wires that always tell say true. */
  readonly wantsUsage: boolean;
}

export interface HeardTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly HeardPart[];
}

export type HeardPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mediaType: string | null; readonly sha256: string }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
      /** Where the format signs calls. */
      readonly proof?: string | null;
    }
  | { readonly kind: 'result'; readonly id: string; readonly name: string | null; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string; readonly proof: string | null };

export interface HeardTool {
  readonly name: string;
  readonly schema: unknown;
}

export type HeardChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'tool'; readonly name: string };

export const heardImage = (mediaType: string | null, bytes: Uint8Array): HeardPart => ({
  kind: 'image',
  mediaType,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** A picture as most formats carry it. */
export function imageOfDataUrl(url: string): HeardPart {
  const parts = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (!parts) return heardImage(null, Buffer.from(url));
  return heardImage(parts[1] ?? null, Buffer.from(parts[2] ?? '', 'base64'));
}

/** Neighbours of one role as one turn, for formats in which each item is a message of its own. */
export function joinTurns(turns: readonly HeardTurn[]): HeardTurn[] {
  const joined: HeardTurn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (last?.role === turn.role)
      joined[joined.length - 1] = { role: last.role, parts: [...last.parts, ...turn.parts] };
    else joined.push(turn);
  }
  return joined;
}
