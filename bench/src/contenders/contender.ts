import type { Child } from '../processes/child.ts';

/** Where chat completions are posted, and for which model. */
export interface Way {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
}

/** One way from the load client to the canned upstream. */
export interface Contender extends Way {
  readonly name: 'weir' | 'portkey' | 'pipe' | 'direct';
  /** The same question to a model of Anthropic, whose answer comes back in OpenAI's format; the direct way's does not. */
  readonly translated: Way;
  /** The process whose CPU and memory count; null for the direct way. */
  readonly process: Child | null;
  stop(): Promise<void>;
}

/** The caller's own provider key, which each gateway passes on. */
export const PROVIDER_KEY = 'Bearer sk-bench';
