import type { Citation, TokenLogprob } from '../../form/blocks.ts';
import { child, isJson, type Json, listAt, numberAt, textAt } from '../../form/json.ts';

/** `annotations[]` of a message (spec/providers 2.10). Other kinds than citations of a URL are kept whole. */
export function readAnnotation(annotation: Json): Citation {
  const cited = child(annotation, 'url_citation');
  return {
    start: numberAt(cited, 'start_index'),
    end: numberAt(cited, 'end_index'),
    url: textAt(cited, 'url'),
    title: textAt(cited, 'title'),
    quote: textAt(cited, 'content'),
    residue: { dialect: 'openai-chat', value: annotation },
  };
}

/**
 * The annotation of a citation; null for one without a URL, which the format cannot say.
 * @param offset where the cited text begins in the message's text, which joins all blocks.
 */
export function writeAnnotation(citation: Citation, offset: number, length: number): Json | null {
  if (citation.residue.dialect === 'openai-chat') return citation.residue.value;
  if (citation.url === null) return null;
  return {
    type: 'url_citation',
    url_citation: {
      start_index: offset + (citation.start ?? 0),
      end_index: offset + (citation.end ?? length),
      url: citation.url,
      title: citation.title ?? '',
    },
  };
}

/** `logprobs.content[]` (or `.refusal[]`). What is no token is left out. */
export function readLogprobs(tokens: readonly unknown[]): TokenLogprob[] {
  return tokens.filter(isToken).map((token) => ({
    ...readToken(token),
    top: listAt(token, 'top_logprobs').filter(isToken).map(readToken),
  }));
}

const readToken = (token: Json): Omit<TokenLogprob, 'top'> => ({
  token: textAt(token, 'token') ?? '',
  logprob: numberAt(token, 'logprob') ?? 0,
  bytes: Array.isArray(token.bytes) ? token.bytes.filter((it) => typeof it === 'number') : null,
});

const isToken = (value: unknown): value is Json =>
  isJson(value) && typeof value.token === 'string' && typeof value.logprob === 'number';

export const writeLogprobs = (tokens: readonly TokenLogprob[]): Json[] =>
  tokens.map(({ token, logprob, bytes, top }) => ({ token, logprob, bytes, top_logprobs: top }));
