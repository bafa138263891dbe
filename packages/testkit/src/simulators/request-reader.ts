import type { ProblemKind } from './script.ts';

/** A provider's no to a request: its wire puts it into the provider's own body. */
export class Refused extends Error {
  readonly kind: ProblemKind | 'not-found';
  /** Where in the body, in the provider's spelling: `messages[0].content`. */
  readonly parameter: string | null;

  constructor(kind: Refused['kind'], message: string, parameter: string | null = null) {
    super(message);
    this.kind = kind;
    this.parameter = parameter;
  }
}

/** One value of a request's body, with its place: whatever is wrong is refused as a strict provider does. */
export class Field {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  refuse(message: string): never {
    throw new Refused('bad-request', `${this.path || 'body'}: ${message}`, this.path || null);
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** A member of an object. */
  at(name: string): Field {
    return new Field(this.members()[name], this.path ? `${this.path}.${name}` : name);
  }

  members(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('must be an object');
    return value as Record<string, unknown>;
  }

  /** Refuses members that the provider does not know. */
  only(...known: readonly string[]): this {
    const strange = Object.keys(this.members()).find((name) => !known.includes(name));
    if (strange !== undefined) this.at(strange).refuse('Extra inputs are not permitted');
    return this;
  }

  string(): string {
    if (typeof this.value !== 'string') this.refuse('must be a string');
    return this.value as string;
  }

  text(): string {
    const text = this.string();
    if (text.trim() === '') this.refuse('text must not be empty');
    return text;
  }

  oneOf<Word extends string>(...words: readonly Word[]): Word {
    const word = words.find((it) => it === this.value);
    return word ?? this.refuse(`must be one of ${words.join(', ')}, not ${JSON.stringify(this.value)}`);
  }

  matching(pattern: RegExp): string {
    const text = this.string();
    if (!pattern.test(text)) this.refuse(`must match ${pattern.source}, not ${JSON.stringify(text)}`);
    return text;
  }

  number(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      this.refuse(`must be a number from ${least} to ${most}`);
    return value as number;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.refuse('must be a boolean');
    return this.value as boolean;
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.value)) this.refuse('must be an array');
    return (this.value as unknown[]).map((value, index) => new Field(value, `${this.path}[${index}]`));
  }

  filled(): readonly Field[] {
    const list = this.list();
    if (list.length === 0) this.refuse('must not be empty');
    return list;
  }

  json(): unknown {
    try {
      return JSON.parse(this.string());
    } catch {
      return this.refuse('must be JSON');
    }
  }

  schema(): unknown {
    this.members();
    return this.value;
  }

  /** What `read` makes of it, or null when it is not there. */
  optional<Value>(read: (field: Field) => Value): Value | null {
    return this.isAbsent ? null : read(this);
  }
}

/** @throws {Refused} unless every call of a turn is answered in the turn after it, and nothing else is. */
export function checkPaired(calls: readonly string[], results: readonly string[], words: PairingWords): void {
  const missing = calls.filter((id) => !results.includes(id));
  if (missing.length > 0) throw new Refused('bad-request', `${words.missing} ${missing.join(', ')}`);
  const orphan = results.find((id) => !calls.includes(id));
  if (orphan !== undefined) throw new Refused('bad-request', `${words.orphan} ${orphan}`);
  if (new Set(results).size !== results.length)
    throw new Refused('bad-request', `${words.orphan} ${results.join(', ')}`);
}

export interface PairingWords {
  readonly missing: string;
  readonly orphan: string;
}
