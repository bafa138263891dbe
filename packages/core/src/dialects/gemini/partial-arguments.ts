import { child, isJson, type Json, listAt, textAt } from '../../form/json.ts';

/**
 * One call whose arguments Vertex streams: pieces of values, each with its path (spec/providers 7.3). The values of an
 * object cannot be written before their neighbours are known, so the call is held until it is whole.
 */
export class StreamedCall {
  readonly #part: Json;
  readonly #call: Json;
  readonly #args: Container = new Map();
  #signature: unknown;
  /** The string that the next value at the same path continues. */
  #continued: string | null = null;

  constructor(part: Json, call: Json) {
    const { willContinue: _, partialArgs: __, ...rest } = call;
    this.#part = part;
    this.#call = rest;
    this.take(part, call);
  }

  take(part: Json, call: Json): void {
    this.#signature ??= part.thoughtSignature;
    for (const piece of listAt(call, 'partialArgs').filter(isJson)) {
      const path = textAt(piece, 'jsonPath') ?? '';
      const value = piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? null;
      put(this.#args, steps(path), value, this.#continued === path);
      this.#continued = piece.willContinue === true ? path : null;
    }
  }

  /** The part that the answer has when it is not streamed. */
  part(): Json {
    return {
      ...this.#part,
      ...(this.#signature === undefined ? {} : { thoughtSignature: this.#signature }),
      functionCall: { ...this.#call, args: { ...child(this.#call, 'args'), ...objectOf(this.#args) } },
    };
  }
}

/** Whether more parts will say how a call goes on. */
export const isStreamedCall = (call: Json) =>
  typeof call.name === 'string' && (call.willContinue === true || 'partialArgs' in call);

/** Objects and lists alike while they grow: a list's keys are its indexes, so no path can make a huge one. */
type Container = Map<string | number, unknown>;

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g;

/** No tool asks for more, and what is built from deeper ones could not be written again. */
const MAX_DEPTH = 256;

/** `$.screens[0]['a b']` is screens, 0, a b. */
function steps(path: string): readonly (string | number)[] {
  const found = [...path.matchAll(STEP)].map(([, dotted, index, single, double]) =>
    index === undefined ? (dotted ?? single ?? double ?? '') : Number(index),
  );
  return found.slice(0, MAX_DEPTH);
}

function put(root: Container, path: readonly (string | number)[], value: unknown, continues: boolean): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let at = root;
  for (const step of path.slice(0, -1)) {
    const known = at.get(step);
    const next: Container = known instanceof Map ? known : new Map();
    at.set(step, next);
    at = next;
  }
  const known = at.get(last);
  at.set(last, continues && typeof known === 'string' && typeof value === 'string' ? known + value : value);
}

const objectOf = (container: Container): Json =>
  Object.fromEntries([...container].map(([key, inner]) => [key, plain(inner)]));

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const isList = value.size > 0 && [...value.keys()].every((key) => typeof key === 'number');
  return isList ? [...value.values()].map(plain) : objectOf(value);
}
