/** The streamed answer of the canned upstream: what a chat answer of about 300 tokens looks like on the wire. */
export const CHUNKS = 300;
export const CHUNK_PACE_MS = 4;
export const STREAM_BYTES = 97_000;

/** A body that holds it gets a stream of few events. */
export const SHORT_STREAM = 'short-stream';
export const SHORT_CHUNKS = 10;

export interface CannedAddress {
  readonly port: number;
  /** Sizes of the two answers, for a caller that does not ask for usage. */
  readonly wholeBytes: number;
  readonly streamBytes: number;
  /** How often the canned word is in Anthropic's stream. */
  readonly words: number;
  readonly short: { readonly streamBytes: number; readonly words: number };
}

/** What the answer repeats: a contender must not win by losing words. */
export const WORD = 'weir-';
