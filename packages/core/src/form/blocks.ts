import type { Json } from './json.ts';
import type { DialectName, Proof, Residue } from './provenance.ts';

/** A caller's wish that the provider caches everything up to here (Anthropic `cache_control`, Converse `cachePoint`). */
export interface CacheHint {
  readonly lifetime: '5m' | '1h' | null;
}

interface BlockCommon {
  readonly cache?: CacheHint;
  readonly residue?: Residue;
}

/** A span of a text and where it comes from. Offsets count UTF-16 units; null where a provider names none. */
export interface Citation {
  readonly start: number | null;
  readonly end: number | null;
  readonly url: string | null;
  readonly title: string | null;
  /** The cited words, where the provider repeats them. */
  readonly quote: string | null;
  /** The provider's own citation, whole: it may have to come back (`encrypted_index`). */
  readonly residue: Residue;
}

/** One token of an answer with its alternatives (OpenAI's shape, the only one in use). */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
  readonly top: readonly Pick<TokenLogprob, 'token' | 'logprob' | 'bytes'>[];
}

export interface TextBlock extends BlockCommon {
  readonly kind: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly logprobs?: readonly TokenLogprob[];
}

/** Bytes that a message carries or points to. `data` is base64 without line breaks. */
export type MediaSource =
  | { readonly kind: 'data'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  /** An id at one provider's file store: means nothing elsewhere. */
  | { readonly kind: 'file-id'; readonly id: string; readonly dialect: DialectName };

export interface ImageBlock extends BlockCommon {
  readonly kind: 'image';
  readonly source: MediaSource;
  /** OpenAI `detail`. */
  readonly detail?: string;
}

export interface AudioBlock extends BlockCommon {
  readonly kind: 'audio';
  readonly source: MediaSource;
  /** What is said in it, where the provider tells (OpenAI `message.audio`). */
  readonly transcript?: string;
}

/** A document: PDF, plain text, or whatever else a provider reads. */
export interface FileBlock extends BlockCommon {
  readonly kind: 'file';
  readonly source: MediaSource;
  readonly name?: string;
}

export interface ToolCallBlock extends BlockCommon {
  readonly kind: 'tool-call';
  /** Unique in the conversation. Where a provider gives none, the decoder makes one. */
  readonly id: string;
  readonly name: string;
  /** JSON text of an object, never empty; of a `custom` tool: free text. */
  readonly arguments: string;
  readonly custom?: boolean;
  readonly proof?: Proof;
}

export interface ToolResultBlock extends BlockCommon {
  readonly kind: 'tool-result';
  readonly callId: string;
  /** The tool's name where the caller gave it; `pairCalls` knows it otherwise. */
  readonly name?: string;
  readonly content: readonly (TextBlock | ImageBlock | FileBlock)[];
  readonly isError: boolean;
}

export interface ReasoningBlock extends BlockCommon {
  readonly kind: 'reasoning';
  /** Empty when it is redacted or the provider does not show it. */
  readonly text: string;
  readonly proof?: Proof;
}

/** The model's own words that it will not answer (OpenAI `refusal`). */
export interface RefusalBlock extends BlockCommon {
  readonly kind: 'refusal';
  readonly text: string;
}

/**
 * What only one provider knows: a server tool and its result, a compaction, a container. Replayed to that provider
 * unchanged, shown to nobody else.
 */
export interface OpaqueBlock extends BlockCommon {
  readonly kind: 'opaque';
  readonly dialect: DialectName;
  readonly value: Json;
}

export type UserBlock = TextBlock | ImageBlock | AudioBlock | FileBlock | ToolResultBlock | OpaqueBlock;
export type AssistantBlock =
  | TextBlock
  | ImageBlock
  | AudioBlock
  | FileBlock
  | ToolCallBlock
  | ReasoningBlock
  | RefusalBlock
  | OpaqueBlock;
export type Block = UserBlock | AssistantBlock;
