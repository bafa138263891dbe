export interface LoadJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly concurrency: number;
  readonly requests: number;
  /** Between an answer and the next request of the same worker, ms. */
  readonly pause: number;
  /** An answer of any other size is a failure: a contender must not win by leaving something out. */
  readonly expectedBytes: number | null;
  /** How often the canned word must be in the answer; null: not counted. */
  readonly expectedWords: number | null;
  /** Each body is another: its `four-kilobytes` becomes one with a number. */
  readonly unique: boolean;
}

export interface Timing {
  readonly firstByteMs: number;
  readonly totalMs: number;
}

export interface LoadReport {
  readonly timings: readonly Timing[];
  readonly elapsedMs: number;
  readonly failed: number;
  readonly firstFailure: string | null;
}
