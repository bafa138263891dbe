import { epochMs } from '@weir/core';
import { createLedgerSweeper } from '@weir/stores/ledger-lists';
import { createLogStore } from '@weir/stores/logs';
import { createSweeper } from './create-sweeper.ts';
import { describeError, writeLine } from './report.ts';

const clock = { now: () => epochMs(Date.now()) };
const never = () => Promise.reject(new Error('the sweeper’s records have no bodies'));
const noBucket = { put: never, get: never, delete: never, deleteAll: never, list: never };
const logs = createLogStore({ table: required('WEIR_LOGS_TABLE'), bucket: noBucket, clock });

/** Settles, every minute, what the ledger has reserved for requests that ended without a settlement. */
export const handler = createSweeper(
  createLedgerSweeper({
    table: required('WEIR_STATE_TABLE'),
    clock,
    logs,
    report: (place, error) =>
      writeLine({ level: 'error', event: 'ledger-not-swept', place, ...describeError(error) }),
  }),
);

/** Read while the module loads: hosts that run several functions swap the environment around each import. */
function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the function needs the environment variable ${name}`);
  return value;
}
