import middy from '@middy/core';
import type { LedgerSweeper } from '@weir/stores/ledger-lists';

/** Of Lambda's context. */
interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** What is under way when the time is up must still end in order. Milliseconds. */
const RESERVE = 10_000;

/** The function over the ledger: each invocation is one sweep. A failure fails it, which is what raises the alarm. */
export function createSweeper(ledger: Pick<LedgerSweeper, 'sweep'>) {
  return middy<unknown, null>().handler(async (_event: unknown, invocation: Invocation) => {
    const { failures } = await ledger.sweep(() => invocation.getRemainingTimeInMillis() > RESERVE);
    if (failures > 0) throw new Error(`${failures} parts of the ledger could not be swept`);
    return null;
  });
}
