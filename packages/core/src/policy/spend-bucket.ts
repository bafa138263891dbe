import { createHash } from 'node:crypto';

/** One thing by which a rule splits its money. Null: the request does not say. */
export type BucketDimension =
  | { readonly name: 'provider' | 'model'; readonly value: string | null }
  | { readonly name: 'metadata'; readonly key: string; readonly value: string | null };

/** The one bucket of a rule that splits by nothing. */
export const WHOLE_BUCKET = '(all)';
/** For requests that do not say what a rule splits by (spec 5.11, rule 6). No value is written so. */
const NOT_SAID = '(none)';

const MAX_WORD = 96;
const MAX_BUCKET = 512;
const UNSAFE = /[^A-Za-z0-9._:/@+-]/gu;

/**
 * The words under which a bucket is kept and shown, such as `model=gpt-5, metadata.team=blue`: the same for the same
 * values in whatever order a rule lists them, another for any other values. Values come from outside, so they are
 * percent-encoded where they could be taken for something else, and what is long is its hash: at most 512 characters.
 */
export function spendBucketOf(dimensions: readonly BucketDimension[]): string {
  if (dimensions.length === 0) return WHOLE_BUCKET;
  const words = dimensions.map(wordsOf).sort().join(', ');
  return words.length <= MAX_BUCKET ? words : hashOf(words);
}

function wordsOf(dimension: BucketDimension): string {
  const name = dimension.name === 'metadata' ? `metadata.${wordOf(dimension.key)}` : dimension.name;
  return `${name}=${dimension.value === null ? NOT_SAID : wordOf(dimension.value)}`;
}

function wordOf(value: string): string {
  // Half a surrogate pair has no bytes of its own in UTF-8: two of them would be one.
  if (value.length > MAX_WORD || !value.isWellFormed()) return hashOf(value);
  const word = value.replace(UNSAFE, (character) => encodeURIComponent(character).replace(BARE, byte));
  return word.length <= MAX_WORD ? word : hashOf(value);
}

/** What `encodeURIComponent` leaves as it is though we give it a meaning: the tilde before a hash, and brackets. */
const BARE = /[~!*'()]/g;
const byte = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Begins with what no word that is written out begins with. */
const hashOf = (text: string) =>
  `~${createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 32)}`;
