import type { Residue } from './provenance.ts';
import { type TokenUsage, tokensIn, tokensOut } from './token-usage.ts';

/** Tokens of one answer as the form carries them: every class is there, and what the classes have no place for. */
export interface ModelUsage extends Required<TokenUsage> {
  readonly residue?: Residue;
}

export const NO_USAGE: ModelUsage = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: 0,
  inputAudio: 0,
  inputImage: 0,
  inputFree: 0,
  output: 0,
  reasoning: 0,
  outputAudio: 0,
  outputImage: 0,
  outputFree: 0,
  searches: 0,
};

/** All that the model read, caches included. */
export const inputTotal = (usage: ModelUsage) => tokensIn(usage);

/** All that it wrote, reasoning included. */
export const outputTotal = (usage: ModelUsage) => tokensOut(usage);
