import type { AssistantBlock } from './blocks.ts';
import type { Json } from './json.ts';
import type { Residue } from './provenance.ts';
import type { ModelUsage } from './usage.ts';

/**
 * Why the model stopped (spec/providers 2.3). `blocked`: a filter took the answer or the prompt. `paused`: the provider
 * wants the turn back to go on with it. A call that the model wrote wrongly, and a provider that failed, are no finish
 * but a `ModelError`.
 */
export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'tool-calls'
  | 'length'
  | 'context-full'
  | 'blocked-output'
  | 'blocked-prompt'
  | 'refusal'
  | 'paused'
  | 'other';

export interface Finish {
  readonly reason: FinishReason;
  /** The provider's own word; null where it gave none. */
  readonly raw: string | null;
  readonly stopSequence?: string;
  /** What the provider says about a block or a refusal, for people. */
  readonly explanation?: string;
  readonly details?: Json;
}

/** A whole answer of a model. */
export interface ModelResponse {
  /** The provider's id of the answer; null where it has none. */
  readonly id: string | null;
  /** The model as the provider names it; null where it does not. */
  readonly model: string | null;
  /** Seconds since 1970; null where the provider does not say. */
  readonly created: number | null;
  readonly blocks: readonly AssistantBlock[];
  readonly finish: Finish;
  /** Null: the provider reported none. */
  readonly usage: ModelUsage | null;
  readonly residue?: Residue;
}
