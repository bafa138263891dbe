/** Circuits for the data plane, and the list of them for the control plane. */
export { createCircuitList, createCircuits } from './create-circuits.ts';
