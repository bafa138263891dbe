import { type JsonMember, readElements, readMembers } from './json-members.ts';
import { type Edit, splice } from './request-body.ts';

/** Where a value stands in a JSON text: the keys and indexes that lead to it. */
export type CutPath = readonly (string | number)[];

interface Cuts {
  /** The whole value goes, with its key. */
  isWhole: boolean;
  readonly inner: Map<string, Cuts>;
}

const [COMMA, OPEN_BRACKET, OPEN_BRACE] = [0x2c, 0x5b, 0x7b] as const;

/**
 * A JSON text without the values at these paths; every other byte stays. Paths that lead nowhere cut nothing. Of a key
 * that an object has several times, all are cut, and only the last, which is what readers see, is looked into.
 */
export function cutOut(body: Uint8Array, paths: readonly CutPath[]): Uint8Array {
  const root: Cuts = { isWhole: false, inner: new Map() };
  for (const path of paths) add(root, path);
  const start = body.findIndex((byte) => byte === OPEN_BRACE || byte === OPEN_BRACKET);
  return start === -1 ? body : splice(body, editsOf(body, start, body.length, root));
}

function add(root: Cuts, path: CutPath): void {
  let at = root;
  for (const key of path) {
    const next = at.inner.get(String(key)) ?? { isWhole: false, inner: new Map() };
    at.inner.set(String(key), next);
    at = next;
  }
  at.isWhole = true;
}

function editsOf(body: Uint8Array, start: number, end: number, cuts: Cuts): Edit[] {
  const parts = partsOf(body.subarray(start, end), start);
  const last = new Map(parts.map((part, index) => [part.key, index]));
  const isCut = parts.map(({ key }) => cuts.inner.get(key)?.isWhole ?? false);
  const inner = parts.flatMap(({ key, valueStart, valueEnd }, index) => {
    const deeper = cuts.inner.get(key);
    const isRead = last.get(key) === index && !isCut[index];
    return deeper && isRead ? editsOf(body, valueStart, valueEnd, deeper) : [];
  });
  return [...removals(body, start + 1, parts, isCut), ...inner].toSorted((a, b) => a.start - b.start);
}

/** The members of an object, or the elements of an array by their indexes. Anything else has none. */
function partsOf(value: Uint8Array, offset: number): JsonMember[] {
  const parts = value[0] === OPEN_BRACKET ? readElements(value) : readMembers(value);
  if (typeof parts === 'string') return [];
  const list = 'members' in parts ? parts.members : parts.map((part, at) => ({ ...part, key: String(at) }));
  return list.map(({ key, valueStart, valueEnd }) => ({
    key,
    valueStart: valueStart + offset,
    valueEnd: valueEnd + offset,
  }));
}

/** Takes parts out with one comma each: the one before, or, where nothing is left before, the one after. */
function removals(
  body: Uint8Array,
  bodyStart: number,
  parts: readonly JsonMember[],
  isCut: readonly boolean[],
): Edit[] {
  if (!isCut.includes(true)) return [];
  const firstKept = isCut.indexOf(false);
  if (firstKept === -1) return [{ start: bodyStart, end: parts.at(-1)?.valueEnd ?? bodyStart, text: '' }];
  const edits: Edit[] = [];
  const lead = parts[firstKept - 1];
  if (lead) edits.push({ start: bodyStart, end: body.indexOf(COMMA, lead.valueEnd) + 1, text: '' });
  for (let at = firstKept + 1; at < parts.length; at++) {
    const [before, part] = [parts[at - 1], parts[at]];
    if (before && part && isCut[at]) edits.push({ start: before.valueEnd, end: part.valueEnd, text: '' });
  }
  return edits;
}
