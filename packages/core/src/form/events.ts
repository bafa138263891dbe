import type { AssistantBlock, Citation, TokenLogprob } from './blocks.ts';
import type { ModelError } from './model-error.ts';
import type { Proof, Residue } from './provenance.ts';
import type { Finish } from './response.ts';
import type { ModelUsage } from './usage.ts';

/** A block that begins. `whole`: it came in one piece, so no delta follows. */
export type BlockStart =
  | { readonly kind: 'text' }
  | { readonly kind: 'reasoning' }
  | { readonly kind: 'refusal' }
  | {
      readonly kind: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly custom?: boolean;
      readonly proof?: Proof;
    }
  | { readonly kind: 'whole'; readonly block: AssistantBlock };

export type BlockDelta =
  /** Of a text, reasoning or refusal block. */
  | { readonly kind: 'text'; readonly text: string; readonly logprobs?: readonly TokenLogprob[] }
  | { readonly kind: 'citation'; readonly citation: Citation }
  /** Of a reasoning block or of a tool call that was begun without it. */
  | { readonly kind: 'proof'; readonly proof: Proof }
  /** Of a tool call: the next piece of its arguments' text. */
  | { readonly kind: 'arguments'; readonly text: string };

/**
 * One step of a streamed answer:
 *
 *     start (block-start delta* block-end)* usage? (end | failed)
 *
 * Blocks are numbered 0, 1, 2 … in the order in which they begin. Tool calls may overlap each other, because providers
 * interleave parallel calls and a call's end is often known only at the end of the answer; every other block is closed
 * before the next begins. `failed` may come at any point after or instead of `start`, open blocks then stay open. A tool
 * call without arguments has one delta `{}`. Anything else is a defect of a decoder (`stream-grammar.ts` tells which).
 */
export type ModelEvent =
  | {
      readonly kind: 'start';
      readonly id: string | null;
      readonly model: string | null;
      readonly created: number | null;
      /** Input tokens, where the provider tells them first. */
      readonly usage?: ModelUsage;
      readonly residue?: Residue;
    }
  | {
      readonly kind: 'block-start';
      readonly index: number;
      readonly block: BlockStart;
      /** What is known of it at its beginning (an item's id); the residue of its end goes before it. */
      readonly residue?: Residue;
    }
  | { readonly kind: 'delta'; readonly index: number; readonly delta: BlockDelta }
  | { readonly kind: 'block-end'; readonly index: number; readonly residue?: Residue }
  | { readonly kind: 'usage'; readonly usage: ModelUsage }
  | { readonly kind: 'end'; readonly finish: Finish; readonly residue?: Residue }
  | { readonly kind: 'failed'; readonly error: ModelError };

/** Whether the client gets something from it: nothing is promised to the client before the first of these. */
export const isUseful = (event: ModelEvent): boolean =>
  event.kind === 'delta' ||
  event.kind === 'end' ||
  (event.kind === 'block-start' &&
    event.block.kind !== 'text' &&
    event.block.kind !== 'reasoning' &&
    event.block.kind !== 'refusal');
