import type { Citation, TokenLogprob } from '../../form/blocks.ts';
import { isJson, type Json, listAt, numberAt, textAt } from '../../form/json.ts';
import { residueFor } from '../../form/provenance.ts';
import { DIALECT } from './residue.ts';

/** Any annotation of a text; files have no address, only a name. */
export const readAnnotation = (annotation: Json): Citation => ({
  start: numberAt(annotation, 'start_index'),
  end: numberAt(annotation, 'end_index'),
  url: textAt(annotation, 'url'),
  title: textAt(annotation, 'title') ?? textAt(annotation, 'filename'),
  quote: null,
  residue: { dialect: DIALECT, value: annotation },
});

/**
 * As an annotation; a citation without a span covers the text so far. Null: it has no address, and this format has no
 * other kind for it (spec/providers 13.5).
 */
export function writeAnnotation(citation: Citation, textLength: number): Json | null {
  const own = residueFor(DIALECT, citation.residue);
  if (Object.keys(own).length > 0) return own;
  if (citation.url === null) return null;
  return {
    type: 'url_citation',
    start_index: citation.start ?? 0,
    end_index: citation.end ?? textLength,
    url: citation.url,
    title: citation.title ?? '',
  };
}

export const readLogprobs = (list: readonly unknown[]): TokenLogprob[] =>
  list
    .filter(isJson)
    .map((it) => ({ ...readToken(it), top: listAt(it, 'top_logprobs').filter(isJson).map(readToken) }));

function readToken(it: Json): Pick<TokenLogprob, 'token' | 'logprob' | 'bytes'> {
  const bytes = it.bytes;
  return {
    token: textAt(it, 'token') ?? '',
    logprob: numberAt(it, 'logprob') ?? 0,
    bytes: Array.isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : null,
  };
}

export const writeLogprobs = (list: readonly TokenLogprob[]): Json[] =>
  list.map((it) => ({ ...writeToken(it), top_logprobs: it.top.map(writeToken) }));

/** The official client reads no entry whose bytes are missing. */
const writeToken = ({ token, logprob, bytes }: Pick<TokenLogprob, 'token' | 'logprob' | 'bytes'>): Json => ({
  token,
  logprob,
  bytes: bytes ?? [],
});
