import type { Json } from '../form/json.ts';
import type { DurationMs } from '../ids.ts';
import { ERRORS, type ErrorName } from './table.ts';

/** One thing that is wrong with a request, and where: `['body', 'cache_ttl']`, `['query', 'page']`. */
export interface Fault {
  readonly message: string;
  readonly path: readonly string[];
}

/**
 * The gateway's decision not to go on, as a value: stages return it, and nothing is thrown on the way.
 * `cause` is for our own log and never leaves the gateway.
 */
export class Refusal {
  readonly name: ErrorName;
  readonly message: string;
  readonly path: readonly string[] | null;
  /** Everything that is wrong where there is more than one thing; `message` and `path` then are the first. */
  readonly faults: readonly Fault[];
  readonly retryAfter: DurationMs | null;
  /** The methods that would do, as the header `Allow` lists them. */
  readonly allow: string | null;
  /** What the client's own SDK looks for in `error.details`; null: nothing. */
  readonly details: Json | null;
  readonly cause: unknown;

  constructor(
    name: ErrorName,
    details: {
      readonly message?: string;
      /** Where in the body the fault is: `['body', 'cache_ttl']`. */
      readonly path?: readonly string[];
      readonly faults?: readonly Fault[];
      readonly retryAfter?: DurationMs;
      readonly allow?: string;
      readonly details?: Json | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    this.name = name;
    this.faults = details.faults ?? [];
    this.message = details.message ?? this.faults[0]?.message ?? ERRORS[name].message;
    this.path = details.path ?? this.faults[0]?.path ?? null;
    this.retryAfter = details.retryAfter ?? null;
    this.allow = details.allow ?? null;
    this.details = details.details ?? null;
    this.cause = details.cause;
  }

  get entry(): (typeof ERRORS)[ErrorName] {
    return ERRORS[this.name];
  }
}

export const isRefusal = (value: unknown): value is Refusal => value instanceof Refusal;
