export { createLedger } from '@weir/stores/ledger';
