import type { TokenUsage } from '../../form/token-usage.ts';

export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** The first of the values that is a count; 0 when none is. */
export const count = (...values: readonly unknown[]): number => values.find(isCount) ?? 0;

/** Classes with those left out that hold nothing and need not be there. */
export function classes(all: TokenUsage): TokenUsage {
  const { input, cacheRead, cacheWrite, output, reasoning, ...others } = all;
  const some = Object.entries(others).filter(([, value]) => value > 0);
  return { input, cacheRead, cacheWrite, output, reasoning, ...Object.fromEntries(some) };
}

/**
 * From counts that contain each other: `input` holds the caches, audio and images, `output` reasoning, audio and images.
 * Each is taken out once. What a provider tells of one kind and of a cache may be the same tokens (cached audio): they
 * stay with the cache, so that the classes add up to what was read.
 */
export function disjoint(all: TokenUsage): TokenUsage {
  // More cached than read has been reported (xAI): what is left is then nothing, not less.
  const read = split(
    all.input - all.cacheRead - all.cacheWrite - count(all.cacheWriteLong),
    all.inputAudio,
    all.inputImage,
  );
  const written = split(all.output - all.reasoning, all.outputAudio, all.outputImage);
  return classes({
    ...all,
    input: read.text,
    inputAudio: read.audio,
    inputImage: read.image,
    output: written.text,
    outputAudio: written.audio,
    outputImage: written.image,
  });
}

function split(whole: number, ofAudio: number | undefined, ofImages: number | undefined) {
  const all = Math.max(0, whole);
  const audio = Math.min(all, count(ofAudio));
  const image = Math.min(all - audio, count(ofImages));
  return { text: all - audio - image, audio, image };
}

export const plain = (input: number, output: number): TokenUsage => ({
  input,
  cacheRead: 0,
  cacheWrite: 0,
  output,
  reasoning: 0,
});
