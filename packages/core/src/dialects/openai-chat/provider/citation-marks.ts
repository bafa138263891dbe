import type { Citation } from '../../../form/blocks.ts';
import { isJson, type Json, listAt, textAt } from '../../../form/json.ts';

const MARK = /\[(\d{1,3})\]/g;

/** Marks like `[1]` in a text that name a source of the answer's list by its place: one citation each (spec 2.10). */
export function markedCitations(text: string, answer: Json): Citation[] {
  const urls = listAt(answer, 'citations');
  const results = listAt(answer, 'search_results');
  const citations: Citation[] = [];
  for (const match of text.matchAll(MARK)) {
    const place = Number(match[1]) - 1;
    const result = results[place];
    const listed = urls[place];
    const url = typeof listed === 'string' ? listed : isJson(result) ? textAt(result, 'url') : null;
    if (url === null) continue;
    const title = isJson(result) ? textAt(result, 'title') : null;
    const [start, end] = [match.index, match.index + match[0].length];
    const value = {
      type: 'url_citation',
      url_citation: { start_index: start, end_index: end, url, title: title ?? '' },
    };
    citations.push({ start, end, url, title, quote: null, residue: { dialect: 'openai-chat', value } });
  }
  return citations;
}
