const REPEAT = /^\{(\d{1,6})(?:,(\d{0,6}))?\}/;

/**
 * About how many instructions an expression compiles to, told before compiling it: repetitions are written out, so twenty
 * characters can stand for a million. What is counted too much at most refuses an expression.
 */
export function patternSize(source: string): number {
  /** Of each group that is open: what it holds, and its last atom, which a repetition multiplies. */
  const groups: { held: number; last: number }[] = [];
  let group = { held: 0, last: 0 };
  const add = (size: number) => {
    group.held += size;
    group.last = size;
  };
  for (let at = 0; at < source.length; at += 1) {
    switch (source[at]) {
      case '\\':
        at += 1;
        add(1);
        break;
      case '[':
        at = endOfClass(source, at);
        add(1);
        break;
      case '(':
        groups.push(group);
        group = { held: 0, last: 0 };
        break;
      case ')': {
        const size = group.held + 2;
        group = groups.pop() ?? { held: 0, last: 0 };
        add(size);
        break;
      }
      case '{': {
        const [text, from, to] = REPEAT.exec(source.slice(at, at + 16)) ?? [];
        if (text === undefined) {
          add(1);
          break;
        }
        // The repetition's own instructions count too, so what is empty does not become large for free.
        const times = Math.max(Number(from), Number(to || 0), 1);
        group.held += (group.last + 1) * times;
        group.last *= times;
        at += text.length - 1;
        break;
      }
      default:
        add(1);
    }
  }
  return groups.reduce((sum, { held }) => sum + held, group.held);
}

function endOfClass(source: string, start: number): number {
  // A bracket right after the opening one, or after its negation, is an ordinary character.
  let at = start + 1;
  if (source[at] === '^') at += 1;
  if (source[at] === ']') at += 1;
  for (; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === ']') return at;
    else if (source.startsWith('[:', at)) at = Math.max(at, source.indexOf(':]', at) + 1);
  }
  return at;
}
