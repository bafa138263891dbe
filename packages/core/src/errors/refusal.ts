import type { DurationMs } from '../ids.ts';
import { ERRORS, type ErrorName } from './table.ts';

/**
 * The gateway's decision not to go on, as a value: stages return it, and nothing is thrown on the way.
 * `cause` is for our own log and never leaves the gateway.
 */
export class Refusal {
  readonly name: ErrorName;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly retryAfter: DurationMs | null;
  readonly cause: unknown;

  constructor(
    name: ErrorName,
    details: {
      readonly message?: string;
      /** Where in the body the fault is: `['body', 'cache_ttl']`. */
      readonly path?: readonly string[];
      readonly retryAfter?: DurationMs;
      readonly cause?: unknown;
    } = {},
  ) {
    this.name = name;
    this.message = details.message ?? ERRORS[name].message;
    this.path = details.path ?? null;
    this.retryAfter = details.retryAfter ?? null;
    this.cause = details.cause;
  }

  get entry(): (typeof ERRORS)[ErrorName] {
    return ERRORS[this.name];
  }
}

export const isRefusal = (value: unknown): value is Refusal => value instanceof Refusal;
