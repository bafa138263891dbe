import { type BoundKind, type BoundTarget, type Issuer, keeps } from './bound-content.ts';

/** The formats of clients that hold conversations. */
export type BoundFormat = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

interface Marker {
  /** Of a regular expression, for what stands after a quotation mark. */
  readonly pattern: string;
  readonly kind: BoundKind;
  readonly issuer: Issuer;
  /** We packed it for a client to carry: no provider reads it as it is. */
  readonly isPacked?: true;
}

const marker = (pattern: string, kind: BoundKind, issuer: Issuer): Marker => ({ pattern, kind, issuer });
const packed = (pattern: string): Marker => ({
  pattern,
  kind: 'reasoning',
  issuer: 'unknown',
  isPacked: true,
});

const GOOGLE_STORES: readonly Marker[] = [
  marker('gs://', 'bucket', 'google'),
  marker('https://generativelanguage\\.googleapis\\.com/', 'file', 'google'),
];

/** OpenAI's ids of things that it stores: a prefix and 40 hexadecimal digits or more. */
const OPENAI_ID = '[0-9a-f]{32}';
const openaiIds = (prefixes: readonly string[], kind: BoundKind) =>
  marker(`(?:${prefixes.join('|')})_${OPENAI_ID}`, kind, 'openai');

const MARKERS: Readonly<Record<BoundFormat, readonly Marker[]>> = {
  'openai-chat': [
    marker('thought_signature"', 'reasoning', 'google'),
    marker('reasoning_details"', 'reasoning', 'openrouter'),
    packed('weir:'),
    marker('file-', 'file', 'openai'),
    marker('audio_[0-9A-Za-z]{16}', 'spoken-answer', 'openai'),
    marker('cachedContents/', 'cached-content', 'google'),
    ...GOOGLE_STORES,
  ],
  'openai-responses': [
    marker('gAAAA', 'reasoning', 'openai'),
    marker('encrypted_content"\\s*:\\s*"(?!gAAAA)', 'reasoning', 'unknown'),
    packed('weir1\\.'),
    openaiIds(['rs', 'msg', 'fc', 'ctc', 'ig'], 'item-id'),
    openaiIds(['ws', 'fs', 'ci', 'mcp', 'mcpl', 'mcpr', 'cu', 'lsh', 'sh', 'apc'], 'server-tool'),
    openaiIds(['cmp'], 'compaction'),
    openaiIds(['resp', 'conv'], 'stored-answer'),
    marker('item_reference"', 'stored-answer', 'openai'),
    marker('pmpt_', 'stored-prompt', 'openai'),
    marker('cntr_', 'container', 'openai'),
    marker('vs_[0-9a-f]{16}', 'vector-store', 'openai'),
    marker('file-', 'file', 'openai'),
    ...GOOGLE_STORES,
  ],
  'anthropic-messages': [
    packed('weir:'),
    marker('signature"\\s*:\\s*""', 'reasoning', 'nobody'),
    marker('(?:signature"\\s*:\\s*"[^"]|redacted_thinking")', 'reasoning', 'anthropic'),
    marker('(?:srvtoolu_|mcptoolu_)', 'server-tool', 'anthropic'),
    marker('container"', 'container', 'anthropic'),
    marker('compaction"', 'compaction', 'anthropic'),
    marker('file_id"', 'file', 'anthropic'),
    ...GOOGLE_STORES,
  ],
};

/** By the markers that are foreign to a target: there are few such sets. */
const searches = new Map<string, RegExp | null>();

/**
 * Whether a body that goes on as it is may hold what is bound to others: one look at its bytes, nothing is parsed. A
 * false alarm costs a parse; nothing that is written as providers write it is missed.
 */
export function mayHoldForeign(format: BoundFormat, target: BoundTarget, body: Uint8Array): boolean {
  const search = searchFor(format, target);
  return search?.test(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')) ?? false;
}

function searchFor(format: BoundFormat, target: BoundTarget): RegExp | null {
  const foreign = MARKERS[format]
    .filter(({ kind, issuer, isPacked }) => isPacked || !keeps(kind, issuer, target))
    .map(({ pattern }) => pattern);
  const name = foreign.join('|');
  const known = searches.get(name);
  if (known !== undefined) return known;
  const search = foreign.length === 0 ? null : new RegExp(`"(?:${name})`);
  searches.set(name, search);
  return search;
}
