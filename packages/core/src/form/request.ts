import type { AssistantBlock, CacheHint, TextBlock, UserBlock } from './blocks.ts';
import type { Json } from './json.ts';
import type { DialectName, Residue } from './provenance.ts';

export type Message =
  /** In its place in the conversation; the leading ones are what other formats call the system prompt. */
  | { readonly role: 'system'; readonly content: readonly TextBlock[] }
  /** Tool results are blocks of the user's turn, as in most formats. */
  | { readonly role: 'user'; readonly content: readonly UserBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] };

export type Tool =
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly description?: string;
      /** JSON Schema of the arguments; null: none given. */
      readonly schema: Json | null;
      /** Null: the caller said nothing, and formats differ in what that means (spec/providers 2.7). */
      readonly strict: boolean | null;
      readonly cache?: CacheHint;
      /** What only the client's own format says about a tool (`input_examples`, `defer_loading`). */
      readonly residue?: Residue;
    }
  /** Takes free text, perhaps of a grammar (OpenAI `custom`). */
  | {
      readonly kind: 'custom';
      readonly name: string;
      readonly description?: string;
      readonly format: Json | null;
    }
  /** The provider searches the web. `options` is the tool as the caller wrote it. */
  | { readonly kind: 'web-search'; readonly dialect: DialectName; readonly options: Json }
  /** Any other tool that runs at the provider. */
  | {
      readonly kind: 'provider';
      readonly dialect: DialectName;
      readonly type: string;
      readonly options: Json;
    };

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'tool'; readonly name: string }
  /** Only these; `mode` says whether one of them must be called. */
  | {
      readonly kind: 'allowed';
      readonly mode: 'auto' | 'required';
      readonly names: readonly string[];
    };

export type OutputFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'json-schema';
      readonly name: string | null;
      readonly description?: string;
      readonly schema: Json;
      readonly strict: boolean | null;
    };

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much the model shall think. A caller gives an effort or a budget of tokens; `wire-reasoning` converts. */
export interface Reasoning {
  readonly effort?: Effort;
  /** In tokens. */
  readonly budget?: number;
  /** Whether its thoughts shall be shown. Null: the caller said nothing. */
  readonly shown: boolean | null;
}

/**
 * Everything that tunes or shapes an answer. A decoder leaves out what the caller did not set, and what says no more
 * than the default of every format (`n: 1`, `logprobs: false`, `modalities: ["text"]`, `response_format: text`).
 */
export interface Parameters {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  /** At least one. */
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly logitBias?: Json;
  /** More than one answer. */
  readonly candidates?: number;
  /** With so many alternatives for each token. */
  readonly logprobs?: number;
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly outputFormat?: OutputFormat;
  readonly reasoning?: Reasoning;
  readonly verbosity?: string;
  /** Other than text alone. */
  readonly modalities?: readonly string[];
  readonly audioOutput?: Json;
  readonly prediction?: Json;
  /** An opaque name of the end user. */
  readonly user?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly store?: boolean;
  readonly serviceTier?: string;
  readonly promptCacheKey?: string;
  readonly promptCacheRetention?: string;
  /** OpenAI Responses only. */
  readonly truncation?: string;
  readonly maxToolCalls?: number;
}
export type ParameterName = keyof Parameters;

/** What a client asks of a model, whatever format it wrote it in. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly parameters: Parameters;
  readonly stream: boolean;
  /** The client wants usage in its stream (chat only; the other formats always tell). */
  readonly includeUsage: boolean;
  /** Body fields that the form has no place for, by the client's names. An encoder names them as dropped. */
  readonly unknown: Json;
  /** What the client wrote: for what its answer has to echo (Responses), and for errors in the client's own words. */
  readonly source: {
    readonly dialect: DialectName;
    readonly body: Json;
    /** What the client calls a parameter: `maxTokens` → `max_completion_tokens`. */
    readonly names: Readonly<Partial<Record<ParameterName, string>>>;
  };
}

/** A parameter in the client's own word. */
export const nameOf = (request: ModelRequest, parameter: ParameterName): string =>
  request.source.names[parameter] ?? parameter;

/** The prompt's leading system texts, and the conversation after them. */
export function splitSystem(messages: readonly Message[]): {
  readonly system: readonly TextBlock[];
  readonly turns: readonly Message[];
} {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const count = first === -1 ? messages.length : first;
  const system = messages.slice(0, count).flatMap((it) => (it.role === 'system' ? it.content : []));
  return { system, turns: messages.slice(count) };
}
