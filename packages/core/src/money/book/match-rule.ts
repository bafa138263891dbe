/**
 * Which names a model of the book answers to: alternatives, separated by spaces, of terms that must all hold, joined by
 * `&`. A term is `=name`, `^beginning`, `$end`, `*part`, or `~` with a pattern in which `#` is a digit and everything else
 * itself (`~` ending in `…` is a beginning); `!` before it denies it; `*` alone is every name. Nothing in it can take longer than the name is long.
 */
export type MatchRule = (name: string) => boolean;

/** @param text an empty one matches nothing. @throws when it is no rule. */
export function parseMatchRule(text: string): MatchRule {
  const alternatives = text
    .split(' ')
    .filter((part) => part !== '')
    .map(parseAll);
  return (name) => alternatives.some((holds) => holds(name));
}

function parseAll(text: string): MatchRule {
  const terms = text.split('&').map(parseTerm);
  return terms.length === 1 && terms[0] ? terms[0] : (name) => terms.every((holds) => holds(name));
}

function parseTerm(text: string): MatchRule {
  if (text === '*') return () => true;
  const operand = text.slice(1);
  if (operand === '') throw new Error(`"${text}" is no term of a match rule`);
  switch (text[0]) {
    case '=':
      return (name) => name === operand;
    case '^':
      return (name) => name.startsWith(operand);
    case '$':
      return (name) => name.endsWith(operand);
    case '*':
      return (name) => name.includes(operand);
    case '~':
      return operand.endsWith(OPEN)
        ? (name) => matchesPattern(operand.slice(0, -1), name.slice(0, operand.length - 1))
        : (name) => matchesPattern(operand, name);
    case '!': {
      const denied = parseTerm(operand);
      return (name) => !denied(name);
    }
    default:
      throw new Error(`"${text}" is no term of a match rule`);
  }
}

/** At the end of a pattern: whatever follows. */
const OPEN = '…';

function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.length !== name.length) return false;
  for (let at = 0; at < pattern.length; at++) {
    const [wanted, given] = [pattern.charCodeAt(at), name.charCodeAt(at)];
    if (wanted === DIGIT ? given < ZERO || given > NINE : wanted !== given) return false;
  }
  return true;
}

const DIGIT = 35;
const ZERO = 48;
const NINE = 57;
