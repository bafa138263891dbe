import type { SourceMatch } from './source-shape.ts';

/** A term of a match rule is one of these; see packages/core/src/money/book/match-rule.ts. */
type Alternatives = readonly (readonly string[])[];

/** No model of the source has a tenth of it. */
const MOST_ALTERNATIVES = 100;

const UNREADABLE = /[\s|&]/;
/** `(?!.*-tts(?:$|-))`: the one look-ahead that the source uses, about a word that names must not have. */
const WITHOUT_WORD = /^\^\(\?!\.\*-(?<word>[\w[\]]+)\(\?:\$\|-\)\)$/;

/**
 * The source's rule in the book's form. Its regular expressions are digits between plain text, and are written as such
 * patterns: none runs here, and none can run away. Names are compared in lower case.
 *
 * @throws with what it cannot put into that form.
 */
export function convertMatch(match: SourceMatch): string {
  const alternatives = alternativesOf(match);
  if (alternatives.length > MOST_ALTERNATIVES) throw new Error('a match rule has too many alternatives');
  return [...new Set(alternatives.map((terms) => terms.join('&')))].join(' ');
}

function alternativesOf(match: SourceMatch): Alternatives {
  if ('or' in match) return match.or.flatMap(alternativesOf);
  if ('and' in match) {
    return match.and
      .map(alternativesOf)
      .reduce<Alternatives>(
        (made, next) => made.flatMap((terms) => next.map((more) => [...terms, ...more])),
        [[]],
      );
  }
  if ('equals' in match) return term('=', match.equals);
  if ('starts_with' in match) return term('^', match.starts_with);
  if ('ends_with' in match) return term('$', match.ends_with);
  if ('contains' in match) return term('*', match.contains);
  return patternOf(match.regex);
}

function term(operator: string, text: string): Alternatives {
  if (UNREADABLE.test(text)) throw new Error(`a name holds what separates rules: ${text}`);
  return [[operator + text.toLowerCase()]];
}

function patternOf(regex: string): Alternatives {
  const word = WITHOUT_WORD.exec(regex)
    ?.groups?.word?.replaceAll(/\[(\w)\w\]/g, '$1')
    .toLowerCase();
  if (word !== undefined) return [[`!*-${word}-`, `!$-${word}`]];
  if (!regex.startsWith('^')) throw new Error(`a regular expression is not anchored: ${regex}`);
  const isWhole = regex.endsWith('$');
  let pattern = '';
  let rest = regex.slice(1, isWhole ? -1 : undefined);
  while (rest !== '') {
    const [whole, times, escaped, plain] =
      /^(?:\\d(?:\{(\d{1,2})\})?|\\([.[\]/+-])|([\w/@:,=-]))/.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`a regular expression is more than digits and text: ${regex}`);
    pattern += escaped ?? plain ?? '#'.repeat(Number(times ?? 1));
    rest = rest.slice(whole.length);
  }
  return term('~', isWhole ? pattern : `${pattern}…`);
}
