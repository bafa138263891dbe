import type { Citation } from '../../form/blocks.ts';
import { type Json, textAt } from '../../form/json.ts';
import { residueFor } from '../../form/provenance.ts';

/** Anthropic cites with a whole text block, so no citation has a span in it (spec/providers 2.10). */
export const readCitation = (citation: Json): Citation => ({
  start: null,
  end: null,
  url: textAt(citation, 'url'),
  title: textAt(citation, 'title') ?? textAt(citation, 'document_title'),
  quote: textAt(citation, 'cited_text'),
  residue: { dialect: 'anthropic-messages', value: citation },
});

/**
 * As this format says it: its own citation as it was, another's as a web search's. Null: it names no source that this
 * format could.
 *
 * @param text the cited text of the answer, for citations that do not repeat their source's words.
 */
export function writeCitation(citation: Citation, text: string): Json | null {
  const own = residueFor('anthropic-messages', citation.residue);
  if (textAt(own, 'type') !== null) return own;
  if (citation.url === null) return null;
  return {
    type: 'web_search_result_location',
    url: citation.url,
    // Some clients insist on one.
    title: citation.title ?? citation.url,
    cited_text: citation.quote ?? text,
    encrypted_index: '',
  };
}

/** Only Anthropic's own may come back to it: it holds an `encrypted_index` that nobody else can make. */
export const replayedCitation = (citation: Citation): Json | null => {
  const own = residueFor('anthropic-messages', citation.residue);
  const isOurs = own.type === 'web_search_result_location' && own.encrypted_index === '';
  return textAt(own, 'type') === null || isOurs ? null : own;
};
