import { RE2JS, RE2JSException } from 're2js';
import { ownValue } from '../../own-value.ts';
import { ROUTE_BOUNDS } from '../bounds.ts';
import { patternSize } from './pattern-size.ts';

/** A regular expression whose matching takes time linear in the text, whatever the expression. */
export interface Pattern {
  /** Looks at the first {@link ROUTE_BOUNDS.subjectLength} characters. */
  test(text: string): boolean;
}

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

const OPTIONS = '$options takes "i", "m" and "s"';

/** Snapshots are read anew every few seconds, and compiling takes longer than most matching. */
const KEPT = 200;
const kept = new Map<string, Pattern | string>();

/** @returns what is wrong with it, in words, when it is no expression that we run. */
export function compilePattern(source: string, options: string): Pattern | string {
  if (source.length > ROUTE_BOUNDS.patternLength)
    return `a regular expression has at most ${ROUTE_BOUNDS.patternLength} characters`;
  if (options.length > 3) return OPTIONS;
  const key = `${options}/${source}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = compile(source, options);
  if (kept.size >= KEPT) kept.clear();
  kept.set(key, made);
  return made;
}

function compile(source: string, options: string): Pattern | string {
  let flags = 0;
  for (const option of options) {
    const flag = ownValue(FLAGS, option);
    if (flag === undefined) return OPTIONS;
    flags |= flag;
  }
  if (patternSize(source) > ROUTE_BOUNDS.patternSize)
    return 'the regular expression repeats too much: lower the numbers in its {…}';
  try {
    const compiled = RE2JS.compile(source, flags);
    return { test: (text) => compiled.test(text.slice(0, ROUTE_BOUNDS.subjectLength)) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `the regular expression cannot be read as RE2 (which has no lookaround and no back-references): ${error.message.slice(0, 120)}`;
  }
}
