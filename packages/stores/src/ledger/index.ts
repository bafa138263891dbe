/** The ledger for the data plane: it reads and writes single items. */
export { createLedger, type LedgerOptions } from './create-ledger.ts';
