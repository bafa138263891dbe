import { child, isJson, type Json, listAt, textAt } from '../../form/json.ts';

/**
 * Vertex can stream a call's arguments: a part that names the function, parts with `partialArgs`, an empty one at the
 * end (spec/providers 7.3). They become the one part that the un-streamed answer has; all other parts stay as they are.
 */
export function streamedArguments(parts: readonly Json[]): readonly Json[] {
  const whole: Json[] = [];
  let open: Streamed | null = null;
  for (const part of parts) {
    const call = child(part, 'functionCall');
    if (!call) whole.push(part);
    else if (open && !('name' in call)) {
      open.take(listAt(call, 'partialArgs').filter(isJson));
      whole.splice(-1, 1, open.part());
    } else if (call.willContinue === true || 'partialArgs' in call) {
      open = new Streamed(part, call);
      whole.push(open.part());
    } else {
      // A call without arguments comes whole between streamed ones.
      open = null;
      whole.push(part);
    }
  }
  return whole;
}

class Streamed {
  readonly #part: Json;
  readonly #call: Json;
  readonly #args: Container = new Map();
  /** The string that the next value at the same path continues. */
  #continued: string | null = null;

  constructor(part: Json, call: Json) {
    const { willContinue: _, partialArgs: __, ...rest } = call;
    this.#part = part;
    this.#call = rest;
    this.take(listAt(call, 'partialArgs').filter(isJson));
  }

  take(pieces: readonly Json[]): void {
    for (const piece of pieces) {
      const path = textAt(piece, 'jsonPath') ?? '';
      const value = piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? null;
      put(this.#args, steps(path), value, this.#continued === path);
      this.#continued = piece.willContinue === true ? path : null;
    }
  }

  part(): Json {
    return { ...this.#part, functionCall: { ...this.#call, args: plain(this.#args) } };
  }
}

/** Objects and lists alike while they grow: a list's keys are its indexes, so no path can make a huge one. */
type Container = Map<string | number, unknown>;

/** `$.screens[0]['a b']` is screens, 0, a b. */
const steps = (path: string): readonly (string | number)[] =>
  [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g)].map(
    ([, dotted, index, single, double]) =>
      index === undefined ? (dotted ?? single ?? double ?? '') : Number(index),
  );

function put(root: Container, path: readonly (string | number)[], value: unknown, continues: boolean): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let at = root;
  for (const step of path.slice(0, -1)) {
    const next = at.get(step);
    if (next instanceof Map) at = next;
    else {
      const made: Container = new Map();
      at.set(step, made);
      at = made;
    }
  }
  const known = at.get(last);
  at.set(last, continues && typeof known === 'string' && typeof value === 'string' ? known + value : value);
}

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(([key, inner]): [string | number, unknown] => [key, plain(inner)]);
  const isList = entries.length > 0 && entries.every(([key]) => typeof key === 'number');
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
