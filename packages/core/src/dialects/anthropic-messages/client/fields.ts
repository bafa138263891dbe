import { type Fault, fault } from '../../../form/fault.ts';
import { isJson, type Json } from '../../../form/json.ts';

/** Remembers the first thing that is wrong, so that readers need not stop at it. */
export class Faults {
  first: Fault | null = null;

  add(path: readonly string[], message: string): void {
    this.first ??= fault(path, message);
  }
}

/**
 * One object of the request with its place in it. What is absent, `null` or of a wrong type is read as absent; a wrong
 * type, and a member that is needed and not there, is a fault at its path.
 */
export class Fields {
  readonly value: Json;
  readonly path: readonly string[];
  readonly faults: Faults;

  constructor(value: Json, path: readonly string[], faults: Faults) {
    this.value = value;
    this.path = path;
    this.faults = faults;
  }

  has(key: string): boolean {
    return this.value[key] !== undefined && this.value[key] !== null;
  }

  refuse(key: string, message: string): void {
    this.faults.add([...this.path, key], message);
  }

  text(key: string): string | undefined {
    return this.#typed(key, 'a string', (value) => typeof value === 'string');
  }

  number(key: string): number | undefined {
    return this.#typed(key, 'a number', (value) => typeof value === 'number' && Number.isFinite(value));
  }

  /** At least `least`. */
  integer(key: string, least: number): number | undefined {
    const found = this.number(key);
    if (found === undefined || (Number.isSafeInteger(found) && found >= least)) return found;
    this.refuse(key, `"${key}" must be a whole number of at least ${least}.`);
    return undefined;
  }

  boolean(key: string): boolean | undefined {
    return this.#typed(key, 'a boolean', (value) => typeof value === 'boolean');
  }

  oneOf<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const found = this.text(key);
    const word = words.find((it) => it === found);
    if (found !== undefined && word === undefined)
      this.refuse(key, `"${key}" must be one of ${words.map((it) => `"${it}"`).join(', ')}.`);
    return word;
  }

  object(key: string): Fields | undefined {
    const found: Json | undefined = this.#typed(key, 'an object', isJson);
    return found && new Fields(found, [...this.path, key], this.faults);
  }

  list(key: string): readonly unknown[] | undefined {
    return this.#typed(key, 'a list', (value): value is readonly unknown[] => Array.isArray(value));
  }

  texts(key: string): readonly string[] | undefined {
    const found = this.list(key);
    const wrong = found?.findIndex((it) => typeof it !== 'string') ?? -1;
    if (wrong !== -1) this.faults.add([...this.path, key, String(wrong)], 'This must be a string.');
    return found?.filter((it) => typeof it === 'string');
  }

  objects(key: string): Fields[] {
    return (this.list(key) ?? []).flatMap((it, at) => {
      const path = [...this.path, key, String(at)];
      if (isJson(it)) return [new Fields(it, path, this.faults)];
      this.faults.add(path, 'This must be an object.');
      return [];
    });
  }

  /** The same, and a fault where it is absent; what it gives then is for the rest of the reading only. */
  needed<Value>(key: string, value: Value | undefined, standIn: Value): Value {
    if (value === undefined) this.refuse(key, `"${key}" is needed here.`);
    return value ?? standIn;
  }

  #typed<Value>(
    key: string,
    kind: string,
    isRight: ((value: unknown) => value is Value) | ((value: unknown) => boolean),
  ): Value | undefined {
    const found = this.value[key];
    if (found === undefined || found === null) return undefined;
    if (isRight(found)) return found as Value;
    this.refuse(key, `"${key}" must be ${kind}.`);
    return undefined;
  }
}
