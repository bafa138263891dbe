/** The ledger for the control plane and the sweeper: what there is, and what is left over. */
export {
  createCredits,
  createLedgerSweeper,
  createLedgerView,
  type LedgerListOptions,
} from './create-ledger-view.ts';
export { LedgerSweeper, type Swept } from './ledger-sweeper.ts';
