import { isJson, type Json, listAt } from '../../form/json.ts';

/**
 * What a message's content becomes with one more delta. Most providers stream texts; Mistral's reasoning models mix texts
 * with lists of `thinking` and `text` parts, and answer with one list (spec/providers 12).
 */
export function joinContent(known: unknown, piece: unknown): unknown {
  if (Array.isArray(piece) || Array.isArray(known)) return joinParts([...asParts(known), ...asParts(piece)]);
  if (typeof piece !== 'string') return known ?? piece;
  return typeof known === 'string' ? known + piece : piece;
}

function asParts(content: unknown): readonly Json[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isJson) : [];
}

function joinParts(parts: readonly Json[]): readonly Json[] {
  const joined: Json[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.type !== part.type) joined.push(part);
    else if (typeof last?.text === 'string' && typeof part.text === 'string')
      joined.splice(-1, 1, { ...last, text: last.text + part.text });
    else if (last && part.type === 'thinking')
      joined.splice(-1, 1, {
        ...last,
        thinking: joinParts([...listAt(last, 'thinking'), ...listAt(part, 'thinking')].filter(isJson)),
      });
    else joined.push(part);
  }
  return joined;
}
