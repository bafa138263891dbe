import type { Json } from './json.ts';

/** The formats that providers speak; clients speak some of them too. */
export type DialectName =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'converse'
  | 'cohere'
  | 'workers-ai';

/**
 * What a format says that the form has no field for: kept beside what it belongs to, so that an encoder of the same
 * format can write it again and nobody else ever does (spec/providers 13.5).
 */
export interface Residue {
  readonly dialect: DialectName;
  readonly value: Json;
}

/**
 * Whose models can read a proof. A proof of one family is noise or an error to every other (spec/providers 2.9).
 * `text`: providers that want the reasoning's own text back and sign nothing.
 */
export type ProofFamily = 'anthropic' | 'openai' | 'google' | 'openrouter';

/**
 * What a provider gives with its reasoning or its tool calls and wants to see again, unchanged:
 * Anthropic's `signature` and `redacted_thinking.data`, OpenAI's `encrypted_content`, Google's `thoughtSignature`.
 */
export interface Proof {
  readonly family: ProofFamily;
  readonly kind: 'signature' | 'encrypted' | 'redacted';
  readonly value: string;
  /** The item's id at the provider, where replaying needs it (OpenAI `rs_…`). */
  readonly id?: string;
}

/** The residue of this dialect, or nothing: for an encoder that merges it back. */
export const residueFor = (dialect: DialectName, residue: Residue | null | undefined): Json =>
  residue?.dialect === dialect ? residue.value : {};
