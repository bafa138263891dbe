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
}

export const tokensIn = (usage: TokenUsage) => usage.input + usage.cacheRead + usage.cacheWrite;
export const tokensOut = (usage: TokenUsage) => usage.output + usage.reasoning;
