import type { ClientDialectName } from '../dialects/client-dialect.ts';
import type { BoundFormat } from '../form/bound-markers.ts';
import type { Fault } from '../form/fault.ts';
import type { Json } from '../form/json.ts';
import type { HeaderMap } from '../http/header-map.ts';
import type { DurationMs } from '../ids.ts';
import type { StreamFault } from '../streaming/byte-stream.ts';

/** A request of a client, to be said to a provider that does not speak its format. */
export interface ToTranslate {
  readonly dialect: ClientDialectName;
  readonly body: Uint8Array;
  readonly provider: {
    readonly slug: string;
    readonly name: string;
    /** Of one that is in no registry: where it takes OpenAI chat. */
    readonly chatPath?: string;
  };
  /** As the provider knows it. */
  readonly model: string;
  /** Its name in full where `model` leaves out what the credential says: region, project, resource. Absent: `model`. */
  readonly placedModel?: string;
  /** As the client named it. */
  readonly requestedModel: string;
}

/** An answer in the client's format, whole. */
export interface TranslatedAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** What the provider said in its body about when to come back. */
  readonly retryAfter?: DurationMs;
}

/** Some of a streamed answer in the client's format. */
export interface TranslatedPiece {
  /** Whole server-sent events, or empty. */
  readonly text: string;
  /** It holds something for the client: from here on the answer is committed (spec/providers 2.1-5). */
  readonly useful: boolean;
  /** The provider failed here: the answer to give as long as nothing is committed. Nothing follows it. */
  readonly failure: TranslatedAnswer | null;
}

/** Takes one streamed answer through the form. */
export interface StreamTranslation {
  push(bytes: Uint8Array): TranslatedPiece;
  /** The provider's stream is over. `fault`: it broke. Brings the client's stream to its proper end. */
  end(fault: StreamFault | null): TranslatedPiece;
  /** Sent while the provider is silent. */
  readonly keepAlive: string;
}

/** Takes one answer to the translated request through the form. */
export interface AnswerTranslation {
  /** Of any status. `bytes` without content encoding. */
  whole(answer: {
    readonly status: number;
    readonly headers: HeaderMap;
    readonly bytes: Uint8Array;
  }): TranslatedAnswer;
  stream(answer: { readonly headers: HeaderMap }): StreamTranslation;
}

export interface Translated {
  /** As on the provider's native endpoint. */
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** The client's words for what the provider has no field for. */
  readonly dropped: readonly string[];
  /** What is bound to other providers and was left out, in our words: `2 reasoning blocks signed by openai`. */
  readonly leftOut: readonly string[];
  /** The client wants its answer as a stream. */
  readonly streams: boolean;
  readonly answer: AnswerTranslation;
}

/** A request to a provider that speaks the client's format, perhaps with what is bound to other providers. */
export interface ToUnbind {
  readonly format: BoundFormat;
  readonly body: Uint8Array;
  readonly provider: { readonly slug: string; readonly name: string };
  /** Its name in full. */
  readonly model: string;
  /** Another provider was asked first whose things look like this one's. */
  readonly isSecond: boolean;
}

export interface Unbound {
  /** Without what is foreign; every other byte stays. */
  readonly body: Uint8Array;
  /** As in {@link Translated}. */
  readonly leftOut: readonly string[];
  /** Bytes alone do not do: the request has to be translated, from what the client wrote. */
  readonly needsForm: boolean;
}

/**
 * Translates between formats. Loaded apart from the pipeline and only for requests that need it, so plain data crosses
 * the line and no class does.
 */
export interface Translator {
  /** Null: nobody translates for this provider. */
  translate(request: ToTranslate): Translated | Fault | null;
  /**
   * Takes out of a request what is bound to other providers than who shall answer. Null: it holds nothing of the kind. A
   * fault: it means something else without.
   */
  unbind(request: ToUnbind): Unbound | Fault | null;
  /** Who serves a model whose request pins the provider: its slug, and its own name for the model. */
  pin(model: string, provider: string): { readonly provider: string; readonly model: string } | Fault;
  /** @param query without the question mark. @returns the answer's JSON; null: there is no such model. */
  catalogue(question: CatalogueQuestion, query: string): Json | null;
  /** The same answer as a stream or as a whole. Null: it cannot be read, or holds no complete answer. */
  reshape(given: ToReshape): Uint8Array | null;
  /** OpenAI embeddings over a provider with another format. Null: it has none. */
  embed(request: Omit<ToTranslate, 'dialect'>): Translated | Fault | null;
}

/** What the catalogue of models is asked (spec/api 1.3). */
export type CatalogueQuestion =
  | { readonly kind: 'models' }
  /** As Anthropic's SDK reads it. */
  | { readonly kind: 'anthropic-models' }
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'search' | 'schema' | 'authors' | 'tasks' };

/** A cached answer, wanted in another shape. */
export interface ToReshape {
  readonly dialect: ClientDialectName;
  /** The request that wants it. */
  readonly request: Uint8Array;
  /** In the dialect, whole or as a stream. */
  readonly answer: Uint8Array;
  /** What it shall be. */
  readonly asStream: boolean;
}

export interface TranslationPort {
  load(): Promise<Translator>;
}
