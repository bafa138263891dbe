import type { Citation } from '../../form/blocks.ts';
import { child, isJson, type Json, listAt, numberAt, textAt } from '../../form/json.ts';

/**
 * What grounding says about one text (spec/providers 2.10): a citation for each source of each supported span. Google
 * counts UTF-8 bytes, the form UTF-16 units.
 *
 * @param isAbout whether a support's part number means this text.
 */
export function groundingCitations(
  grounding: Json,
  text: string,
  isAbout: (part: number) => boolean,
): readonly Citation[] {
  const sources = listAt(grounding, 'groundingChunks');
  const supports = listAt(grounding, 'groundingSupports').filter(isJson);
  if (supports.length === 0 || text === '') return [];
  const units = byteOffsets(text);
  return supports.flatMap((support) => {
    const segment = child(support, 'segment');
    if (!isAbout(numberAt(segment, 'partIndex') ?? 0)) return [];
    const span = spanOf(segment, text, units);
    return listAt(support, 'groundingChunkIndices').flatMap((index) => {
      const source = typeof index === 'number' ? sources[index] : undefined;
      return isJson(source) ? [citation(support, source, span, textAt(segment, 'text'))] : [];
    });
  });
}

function citation(support: Json, source: Json, span: Span, quote: string | null): Citation {
  const place = child(source, 'web') ?? child(source, 'retrievedContext') ?? child(source, 'maps');
  return {
    ...span,
    url: textAt(place, 'uri'),
    title: textAt(place, 'title'),
    quote,
    residue: { dialect: 'gemini', value: { support, source } },
  };
}

type Span = Pick<Citation, 'start' | 'end'>;

/** Where the words are. Offsets that do not name the words that stand beside them are about another text: then we look. */
function spanOf(segment: Json | null, text: string, units: (bytes: number) => number): Span {
  const start = units(numberAt(segment, 'startIndex') ?? 0);
  const end = units(numberAt(segment, 'endIndex') ?? 0);
  const quote = textAt(segment, 'text');
  if (quote === null || quote === '' || text.slice(start, end) === quote) return { start, end };
  const found = text.indexOf(quote);
  return found === -1 ? { start: null, end: null } : { start: found, end: found + quote.length };
}

/** From UTF-8 bytes to UTF-16 units; what lies outside becomes the text's border, what lies in a character its start. */
export function byteOffsets(text: string): (bytes: number) => number {
  const total = Buffer.byteLength(text);
  if (total === text.length) return (bytes) => Math.min(Math.max(0, bytes), total);
  const table = new Uint32Array(total + 1);
  let byte = 0;
  let unit = 0;
  for (const character of text) {
    const width = Buffer.byteLength(character);
    table.fill(unit, byte, byte + width);
    byte += width;
    unit += character.length;
  }
  table[total] = unit;
  return (bytes) => table[Math.min(Math.max(0, Math.trunc(bytes)), total)] ?? unit;
}
