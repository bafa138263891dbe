/** Stored keys as the control plane sees them: sealed, never opened. */
export { createKeySealer } from './create-key-sealer.ts';
