import type { Citation } from '../../form/blocks.ts';
import { child, isJson, type Json, listAt, numberAt, textAt } from '../../form/json.ts';

/** Which of an answer's texts a citation is about. */
export type CitedText = 'text' | 'tool-plan' | 'thinking';

export function citedText(citation: Json): CitedText {
  const type = textAt(citation, 'type');
  return type === 'PLAN' ? 'tool-plan' : type === 'THINKING_CONTENT' ? 'thinking' : 'text';
}

/** One citation of a text (spec/providers 2.10); its first source with an address names where it comes from. */
export function readCitation(citation: Json, text: string): Citation {
  const quote = textAt(citation, 'text');
  const places = listAt(citation, 'sources')
    .filter(isJson)
    .map((source) => child(source, 'document') ?? child(source, 'tool_output'))
    .filter((place) => place !== null);
  const place = places.find((it) => textAt(it, 'url') !== null) ?? places[0] ?? null;
  return {
    ...spanOf(citation, quote, text),
    url: textAt(place, 'url'),
    title: textAt(place, 'title'),
    quote,
    residue: { dialect: 'cohere', value: citation },
  };
}

/** Cohere does not say whether it counts UTF-16 units or characters: the cited words tell. */
function spanOf(citation: Json, quote: string | null, text: string): Pick<Citation, 'start' | 'end'> {
  const start = numberAt(citation, 'start');
  const end = numberAt(citation, 'end');
  if (start === null || end === null) return { start: null, end: null };
  if (quote === null || text.slice(start, end) === quote) return { start, end };
  const before = [...text.slice(0, 2 * start)].slice(0, start).join('').length;
  const found = text.startsWith(quote, before) ? before : text.indexOf(quote);
  return found === -1 ? { start: null, end: null } : { start: found, end: found + quote.length };
}
