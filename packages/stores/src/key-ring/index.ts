/** Stored keys as the data plane sees them: opened, never sealed. */
export { createKeyRing, type KeyRingOptions } from './create-key-ring.ts';
