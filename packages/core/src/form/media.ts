import type { MediaSource } from './blocks.ts';

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** A URL as a source: a `data:` URL becomes its bytes. Null: a data URL that is not base64. */
export function readUrl(url: string): MediaSource | null {
  const start = url.slice(0, 256);
  if (!/^data:/i.test(start)) return { kind: 'url', url };
  const head = DATA_URL.exec(start);
  if (!head || !/;base64$/i.test(head[2] ?? '')) return null;
  const data = url.slice(head[0].length);
  return {
    kind: 'data',
    mediaType: (head[1] ?? '').toLowerCase() || 'application/octet-stream',
    // Encoders of other languages break their lines.
    data: /\s/.test(data) ? data.replace(/\s+/g, '') : data,
  };
}

/** The `data:` URL of bytes, or the URL itself. Null for an id at a file store. */
export function writeUrl(source: MediaSource): string | null {
  switch (source.kind) {
    case 'data':
      return `data:${source.mediaType};base64,${source.data}`;
    case 'url':
      return source.url;
    case 'file-id':
      return null;
  }
}

/** First bytes in base64 (a multiple of three bytes, or a safe prefix of it) and what they say. */
const SIGNATURES: readonly (readonly [prefix: RegExp, mediaType: string])[] = [
  [/^iVBORw0KGgo/, 'image/png'],
  [/^\/9j\//, 'image/jpeg'],
  [/^R0lGOD/, 'image/gif'],
  [/^UklGR.{6}XRUJQ/, 'image/webp'],
  [/^JVBERi/, 'application/pdf'],
];

/**
 * What the bytes are: callers label JPEG as PNG, and Anthropic and Bedrock refuse a mismatch (spec/providers 2.8).
 * What has no known first bytes keeps its label.
 */
export function sniffMediaType(source: { readonly mediaType: string; readonly data: string }): string {
  const start = source.data.slice(0, 24);
  const known = SIGNATURES.find(([prefix]) => prefix.test(start))?.[1];
  return known ?? (source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType);
}
