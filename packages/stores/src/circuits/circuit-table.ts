import type { CallCounts, CircuitId, CircuitPhase, StoredCircuit } from '@weir/core';

/** A circuit with the number of its last change of phase. */
export interface VersionedCircuit extends StoredCircuit {
  /** 0: it was never anything but new. */
  readonly version: number;
}

/**
 * What circuits need of a store: writes of one item, each of which happens as a whole or not at all, and reads that see
 * every write before them. A write may happen although its answer is lost. Every method throws `StoreUnavailable`.
 */
export interface CircuitTable {
  read(circuit: CircuitId): Promise<VersionedCircuit>;
  /** Adds to a bucket, unless it is so old that its place was taken. @returns the circuit afterwards. */
  add(circuit: CircuitId, bucket: number, counts: CallCounts): Promise<VersionedCircuit>;
  /** Goes over to `phase` if the version is still `version`. @returns the circuit afterwards; null: it was not. */
  change(circuit: CircuitId, version: number, phase: CircuitPhase): Promise<VersionedCircuit | null>;
}

/** What nobody wrote to for this long is not listed, and may be cleaned up. Seconds. */
export const KEPT_FOR = 3_600;

/** More than anybody reads; hosts are named by callers where a provider has one for each customer. */
export const MOST_LISTED = 1_000;

/** A circuit's name within its gateway. */
export const circuitName = ({ provider, host }: Pick<CircuitId, 'provider' | 'host'>) =>
  `${provider}#${host}`;
