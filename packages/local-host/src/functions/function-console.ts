import { AsyncLocalStorage } from 'node:async_hooks';
import { formatWithOptions } from 'node:util';
import type { Log } from '../log.ts';

/** The function whose code runs, through everything that it awaits. */
const current = new AsyncLocalStorage<string>();

const METHODS = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;

export function runAs<Result>(functionName: string, run: () => Result): Result {
  return current.run(functionName, run);
}

/**
 * What functions print goes to the log under their name, as CloudWatch would keep it apart; what the host and its
 * callers print is untouched.
 * @returns undoes it.
 */
export function captureFunctionConsole(log: Log): () => void {
  const target: Console = globalThis.console;
  const originals = METHODS.map((method) => [method, target[method]] as const);
  for (const [method, original] of originals) {
    target[method] = (...values: unknown[]) => {
      const name = current.getStore();
      if (name === undefined) original.apply(target, values);
      else log(name, formatWithOptions({ colors: false }, ...values));
    };
  }
  return () => {
    for (const [method, original] of originals) target[method] = original;
  };
}
