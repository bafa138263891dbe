import { StoreUnavailable } from '@weir/core';

/**
 * Runs one call to a store. Whatever keeps the store from answering (network, timeout, throttling, a missing grant or
 * table) becomes {@link StoreUnavailable} with the cause inside; a refused condition is an answer, so it passes.
 *
 * @param question what is asked, for the log and for who waits for it: `read config`.
 */
export async function ask<T>(question: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isConditionRefused(error)) throw error;
    throw new StoreUnavailable(`cannot ${question}: ${describe(error)}`, { cause: error, question });
  }
}

/** The conditional write's condition did not hold. */
export function isConditionRefused(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
