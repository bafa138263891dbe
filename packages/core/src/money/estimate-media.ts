import type { MediaPart } from './count-request.ts';

/** Bytes that base64 text stands for. */
const bytesIn = (length: number) => Math.ceil((length * 3) / 4);

/**
 * What a part usually costs, in tokens: for answers whose provider did not say. Pictures by the providers' pages at
 * about a megapixel (OpenAI 765, Anthropic 1,334, Google 1,032); sound and films by common bit rates; pages of documents
 * at 20 KB.
 */
export function usualTokens({ kind, length }: MediaPart, provider: string): number {
  const bytes = length === null ? null : bytesIn(length);
  switch (kind) {
    case 'image':
      return provider === 'openai' || provider === 'azure-openai' ? 765 : 1_300;
    case 'audio':
      // 16 KB and 32 tokens a second
      return bytes === null ? 1_920 : Math.ceil(bytes / 500);
    case 'video':
      // 128 KB and 300 tokens a second
      return bytes === null ? 18_000 : Math.ceil(bytes / 400);
    case 'document':
      return bytes === null ? 20_000 : Math.ceil(bytes / 10);
  }
}

/** Models whose pictures cost more than the others' of their maker. */
const PICTURES: ReadonlyArray<readonly [model: RegExp, most: number]> = [
  // 85 + 170 a tile, 8 tiles at most; of the small model 2,833 + 5,667
  [/gpt-4o-mini/, 48_169],
  [/gpt-4o|gpt-4-turbo|gpt-4\.5|(?:^|\/)o[134]/, 4_000],
  // 1,568 up to Opus 4.6, 4,784 from 4.7
  [/claude/, 4_784],
  [/grok/, 1_792],
  [/mistral|pixtral/, 4_160],
];

/** 10,000 patches is the largest that OpenAI reads; 64 tiles of 258 the most of Google's. */
const MOST_OF_A_PICTURE = 16_512;

/** Where nobody says how much a model reads. Tokens. */
const LARGEST_CONTEXT = 1_048_576;

/**
 * The most that a part can cost, in tokens. What stands elsewhere may fill all that the model reads (`context`; null:
 * unknown). In the body its bytes bound it: speech has at least 6 kbit/s for at most 32 tokens, films 64 kbit/s for 300, a
 * page of a document is read as its text, at a token for a packed byte, and as a picture.
 */
export function mostTokens({ kind, length }: MediaPart, model: string, context: number | null): number {
  if (kind === 'image') return PICTURES.find(([pattern]) => pattern.test(model))?.[1] ?? MOST_OF_A_PICTURE;
  if (length === null) return context ?? LARGEST_CONTEXT;
  const bytes = bytesIn(length);
  switch (kind) {
    case 'audio':
      return Math.ceil(bytes / 20) + 100;
    case 'video':
      return Math.ceil(bytes / 2) + 1_000;
    case 'document':
      return bytes * 4 + 2_000;
  }
}
