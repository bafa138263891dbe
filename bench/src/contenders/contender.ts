import type { Child } from '../processes/child.ts';

/** One way from the load client to the canned upstream. */
export interface Contender {
  readonly name: 'weir' | 'portkey' | 'direct';
  /** Where chat completions are posted. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The process whose CPU and memory count; null for the direct way. */
  readonly process: Child | null;
  stop(): Promise<void>;
}

/** The caller's own provider key, which each gateway passes on. */
export const PROVIDER_KEY = 'Bearer sk-bench';
