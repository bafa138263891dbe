const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const MASK = '[secret]';

/** A value that no log line, error or JSON can show. `reveal()` is the one way out, and easy to search for. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [INSPECT](): string {
    return MASK;
  }
}
