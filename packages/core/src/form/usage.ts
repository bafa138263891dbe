import type { Residue } from './provenance.ts';
import type { TokenUsage } from './token-usage.ts';

/**
 * Tokens of one answer in classes that never overlap (spec/providers 2.4). `cacheWrite` is what was written for the
 * provider's usual time, `cacheWriteHour` for an hour; audio is in no other class.
 */
export interface ModelUsage extends TokenUsage {
  readonly cacheWriteHour: number;
  readonly inputAudio: number;
  readonly outputAudio: number;
  /** Searches of the web, which some providers charge by the piece. */
  readonly webSearches: number;
  /** Counts that the classes have no place for. */
  readonly residue?: Residue;
}

export const NO_USAGE: ModelUsage = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
  inputAudio: 0,
  output: 0,
  reasoning: 0,
  outputAudio: 0,
  webSearches: 0,
};

/** All that the model read, caches included. */
export const inputTotal = (usage: ModelUsage) =>
  usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWriteHour + usage.inputAudio;

/** All that it wrote, reasoning included. */
export const outputTotal = (usage: ModelUsage) => usage.output + usage.reasoning + usage.outputAudio;
