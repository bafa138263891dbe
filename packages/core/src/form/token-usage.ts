/**
 * Tokens of one answer in disjoint classes: no token is counted in two of them, so sums are safe. Adapters convert
 * from each provider's overlapping counts (spec/providers 2.4).
 */
export interface TokenUsage {
  /** Input read anew, neither from nor into a cache. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Output that is neither reasoning nor anything below it. */
  readonly output: number;
  readonly reasoning: number;
  /** Written into a cache that keeps it for an hour or longer; `cacheWrite` holds the others. */
  readonly cacheWriteLong?: number;
  /** Of other kinds than text. Absent where the provider does not tell them apart. */
  readonly inputAudio?: number;
  readonly inputImage?: number;
  readonly outputAudio?: number;
  readonly outputImage?: number;
  /** Read and written, and not charged: what Cohere puts around a prompt and an answer itself. */
  readonly inputFree?: number;
  readonly outputFree?: number;
  /** Not tokens: searches that the provider made and charges by the call. */
  readonly searches?: number;
}

export const tokensIn = (usage: TokenUsage) =>
  usage.input +
  usage.cacheRead +
  usage.cacheWrite +
  (usage.cacheWriteLong ?? 0) +
  (usage.inputAudio ?? 0) +
  (usage.inputImage ?? 0) +
  (usage.inputFree ?? 0);
export const tokensOut = (usage: TokenUsage) =>
  usage.output +
  usage.reasoning +
  (usage.outputAudio ?? 0) +
  (usage.outputImage ?? 0) +
  (usage.outputFree ?? 0);
