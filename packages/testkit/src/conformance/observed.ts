/** What an official SDK gave its user, in nobody's words. */
export interface Observed {
  readonly text: string;
  readonly reasoning: string;
  /** The model's words that it will not answer, where the format keeps them apart from its text. */
  readonly refusal: string;
  readonly calls: readonly ObservedCall[];
  readonly finish: ObservedFinish;
  readonly usage: ObservedUsage | null;
}

export interface ObservedCall {
  readonly id: string;
  readonly name: string;
  /** As the format carries it: text of JSON, or a value. */
  readonly input: unknown;
}

export type ObservedFinish = 'stop' | 'tool-calls' | 'length' | 'blocked' | `other: ${string}`;

export interface ObservedUsage {
  /** All that was read, caches included. */
  readonly input: number;
  readonly cached: number;
  /** All that was written. */
  readonly output: number;
  readonly reasoning: number;
}

/** What came of one request. */
export type Outcome =
  | { readonly kind: 'answer'; readonly observed: Observed }
  | {
      readonly kind: 'error';
      /** Null: it came in a stream, or no answer came. */
      readonly status: number | null;
      /** The error's type in the client's format. */
      readonly type: string | null;
      readonly message: string;
      /** What the model had said before. */
      readonly partial: string;
    };

/** A client that was told to leave. */
export interface Leaving {
  /** The SDK ended with its own error for that. */
  readonly aborted: boolean;
  readonly partial: string;
}
