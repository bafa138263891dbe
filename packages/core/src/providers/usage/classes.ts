import type { TokenUsage } from '../../form/token-usage.ts';

/** Nothing reads or writes so many tokens: more is a mistake, or meant to spoil sums. */
const MOST = 1e12;

export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= MOST;

/** The first of the values that is a count; 0 when none is. */
export function count(...values: readonly unknown[]): number {
  for (const value of values) if (isCount(value)) return value;
  return 0;
}

type Always = 'input' | 'cacheRead' | 'cacheWrite' | 'output' | 'reasoning';
type Sometimes = Exclude<keyof TokenUsage, Always>;

/** From a record, so that the compiler asks for every one. */
const SOMETIMES = Object.keys({
  cacheWriteLong: true,
  inputAudio: true,
  inputImage: true,
  outputAudio: true,
  outputImage: true,
  inputFree: true,
  outputFree: true,
  searches: true,
} satisfies Record<Sometimes, true>) as readonly Sometimes[];

/** Classes with those left out that hold nothing and need not be there. */
export function classes(all: TokenUsage): TokenUsage {
  const { input, cacheRead, cacheWrite, output, reasoning } = all;
  const told: { -readonly [Class in keyof TokenUsage]: TokenUsage[Class] } = {
    input,
    cacheRead,
    cacheWrite,
    output,
    reasoning,
  };
  // By hand: every answer comes through here before its first byte leaves, for its cost is among its headers.
  for (const name of SOMETIMES) {
    const tokens = all[name];
    if (tokens !== undefined && tokens > 0) told[name] = tokens;
  }
  return told;
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
