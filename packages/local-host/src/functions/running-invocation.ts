import { AsyncLocalStorage } from 'node:async_hooks';

/** An invocation, as everything that its handler started can find it. */
export interface RunningInvocation {
  readonly functionName: string;
  /**
   * Ends the invocation because its code let an error escape.
   * @returns false when it had settled before.
   */
  crash(error: unknown): boolean;
}

const current = new AsyncLocalStorage<RunningInvocation>();

/** Runs a handler so that {@link currentInvocation} knows it, through everything that it awaits. */
export function runAs<Result>(invocation: RunningInvocation, run: () => Result): Result {
  return current.run(invocation, run);
}

export function currentInvocation(): RunningInvocation | undefined {
  return current.getStore();
}
