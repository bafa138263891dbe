import { type Fault, fault } from '../form/fault.ts';
import { isJson, type Json } from '../form/json.ts';

/** Thrown inside a decoder only: {@link decoded} turns it into the fault. */
class Unreadable extends Error {
  readonly fault: Fault;
  constructor(reason: Fault) {
    super(reason.message);
    this.fault = reason;
  }
}

/** What a decoder reads, or the fault that it met. */
export function decoded<Value>(decode: () => Value): Value | Fault {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Unreadable) return error.fault;
    throw error;
  }
}

/**
 * A value in a client's request, with its place in it. Reading it as what it is not is a fault that names the place.
 * `null` is absence, as all clients' libraries mean it.
 */
export class Field {
  readonly value: unknown;
  readonly path: readonly string[];

  constructor(value: unknown, path: readonly string[] = []) {
    this.value = value;
    this.path = path;
  }

  fail(message: string, details?: Json): never {
    throw new Unreadable(fault(this.path, message, details));
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** The member of an object; of anything else a fault. */
  at(key: string): Field {
    const object = this.object();
    return new Field(Object.hasOwn(object, key) ? object[key] : undefined, [...this.path, key]);
  }

  /** The field, or undefined where it is absent: `field.at('x').given?.text()`. */
  get given(): Field | undefined {
    return this.isAbsent ? undefined : this;
  }

  /** Reads a member that may be absent. */
  optional<Value>(key: string, read: (field: Field) => Value): Value | undefined {
    const field = this.at(key).given;
    return field && read(field);
  }

  object(): Json {
    return isJson(this.value) ? this.value : this.#expected('an object');
  }

  list(): Field[] {
    if (!Array.isArray(this.value)) return this.#expected('a list');
    return this.value.map((value: unknown, index) => new Field(value, [...this.path, String(index)]));
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.#expected('a string');
  }

  /** A text that says something. */
  name(): string {
    return this.text() === '' ? this.fail('This must not be empty.') : this.text();
  }

  number(): number {
    return typeof this.value === 'number' && Number.isFinite(this.value)
      ? this.value
      : this.#expected('a number');
  }

  /** A whole number of at least `least`. */
  count(least: number): number {
    const value = this.number();
    return Number.isInteger(value) && value >= least
      ? value
      : this.fail(`This must be a whole number of at least ${least}.`);
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.#expected('true or false');
  }

  oneOf<const Value extends string>(values: readonly Value[]): Value {
    const text = this.text();
    return (
      values.find((value) => value === text) ??
      this.fail(
        `This must be one of ${values.map((value) => `"${value}"`).join(', ')}, not "${shown(text)}".`,
      )
    );
  }

  #expected(what: string): never {
    return this.fail(
      this.isAbsent
        ? `This is missing: it must be ${what}.`
        : `This must be ${what}, not ${kindOf(this.value)}.`,
    );
  }
}

/** A caller's words in a message of ours, cut. */
export const shown = (text: string) => (text.length > 64 ? `${text.slice(0, 64)}…` : text);

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'boolean':
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}
