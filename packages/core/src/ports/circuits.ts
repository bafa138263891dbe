import type { CircuitBreaker } from '../gateway/settings.ts';
import type { AccountId } from '../ids.ts';
import type { CallOutcome, CallWindow, CircuitPass, CircuitPhase } from '../policy/circuit.ts';

/** The circuits of one gateway. `gateway` is its internal id, so that one created anew begins with none. */
export interface CircuitOwner {
  readonly account: AccountId;
  readonly gateway: string;
}

/** A provider at one host, as one gateway sees it. */
export interface CircuitId extends CircuitOwner {
  readonly provider: string;
  /** With its port where it is not the scheme's own. */
  readonly host: string;
}

/** One call that is under way. */
export interface CircuitCall {
  /** Says how it ended. Once; a call of which nothing is said counts for nothing. */
  end(outcome: CallOutcome): void;
}

/**
 * Which providers are failing, over all processes (docs/circuit-breaking.md). Nothing here waits for the store before a
 * provider is called: counts are shared and news fetched beside the requests. Guarantees:
 *
 * - what processes counted is decided by together, and what one decided holds in the others within 5 s as long as they
 *   have requests;
 * - an opening, a probe and a closing are each one conditional write: of any number of processes one has the probe;
 * - no news older than 5 s keeps a request away, except that a circuit stays open for the time for which it was opened;
 * - while the store is down, circuits are closed within 5 s;
 * - a count may count twice when the store's answer is lost, and is missing when its process ends before it is shared.
 *
 * No method throws for a store that is down.
 */
export interface Circuits {
  /** By what this process knows. `probe`: the next call that begins is the one that tries the provider again. */
  passOf(circuit: CircuitId, rule: CircuitBreaker): CircuitPass;
  begin(circuit: CircuitId, rule: CircuitBreaker): CircuitCall;
  /** Waits for what is on its way to the store: a process may be frozen once its requests are answered. */
  settled(circuits: readonly CircuitId[]): Promise<void>;
}

/** A circuit as it is stored. */
export interface StoredCircuit {
  readonly provider: string;
  readonly host: string;
  readonly phase: CircuitPhase;
  readonly window: CallWindow;
}

/** For the control plane. */
export interface CircuitList {
  /**
   * The circuits that had calls in the last hour, read from the store itself, by provider and host; the
   * first 1,000.
   * @throws {StoreUnavailable}
   */
  list(owner: CircuitOwner): Promise<readonly StoredCircuit[]>;
}
