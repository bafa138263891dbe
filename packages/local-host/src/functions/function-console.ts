import { formatWithOptions } from 'node:util';
import type { Log } from '../log.ts';
import { currentInvocation } from './running-invocation.ts';

const METHODS = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;

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
      const name = currentInvocation()?.functionName;
      if (name === undefined) original.apply(target, values);
      else log(name, formatWithOptions({ colors: false }, ...values));
    };
  }
  return () => {
    for (const [method, original] of originals) target[method] = original;
  };
}
