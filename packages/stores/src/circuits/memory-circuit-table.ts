import {
  BUCKETS,
  type CallCounts,
  type CircuitId,
  type CircuitList,
  type CircuitOwner,
  type CircuitPhase,
  type Clock,
  type EpochMs,
  NEW_CIRCUIT,
  StoreUnavailable,
} from '@weir/core';
import {
  type CircuitTable,
  circuitName,
  KEPT_FOR,
  MOST_LISTED,
  type VersionedCircuit,
} from './circuit-table.ts';

interface Kept {
  readonly circuit: VersionedCircuit;
  readonly writtenAt: EpochMs;
}

/** In memory; each call is one step that nothing else comes between. Several processes may share one. */
export class MemoryCircuitTable implements CircuitTable, CircuitList {
  readonly #clock: Clock;
  readonly #gateways = new Map<string, Map<string, Kept>>();
  isDown = false;
  /** Calls in all. */
  calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(circuit: CircuitId): Promise<VersionedCircuit> {
    this.#reach();
    return this.#find(circuit);
  }

  async add(circuit: CircuitId, bucket: number, { calls, failures }: CallCounts): Promise<VersionedCircuit> {
    this.#reach();
    const known = this.#find(circuit);
    const window = new Map(known.window);
    const rival = [...window.keys()].find((other) => other % BUCKETS === bucket % BUCKETS);
    if (rival !== undefined && rival > bucket) return known;
    if (rival !== undefined && rival < bucket) window.delete(rival);
    const counts = window.get(bucket) ?? { calls: 0, failures: 0 };
    window.set(bucket, { calls: counts.calls + calls, failures: counts.failures + failures });
    return this.#keep(circuit, { ...known, window });
  }

  async change(circuit: CircuitId, version: number, phase: CircuitPhase): Promise<VersionedCircuit | null> {
    this.#reach();
    const known = this.#find(circuit);
    return known.version === version ? this.#keep(circuit, { ...known, phase, version: version + 1 }) : null;
  }

  async list(owner: CircuitOwner): Promise<readonly VersionedCircuit[]> {
    this.#reach();
    const now = this.#clock.now();
    const kept = [...(this.#gateways.get(placeOf(owner)) ?? [])].filter(
      ([, { writtenAt }]) => now - writtenAt < KEPT_FOR * 1_000,
    );
    const sorted = kept.toSorted(([one], [other]) => (one < other ? -1 : 1));
    return sorted.slice(0, MOST_LISTED).map(([, { circuit }]) => circuit);
  }

  #find(circuit: CircuitId): VersionedCircuit {
    const { provider, host } = circuit;
    const kept = this.#gateways.get(placeOf(circuit))?.get(circuitName(circuit));
    return kept?.circuit ?? { provider, host, phase: NEW_CIRCUIT, window: new Map(), version: 0 };
  }

  #keep(id: CircuitId, circuit: VersionedCircuit): VersionedCircuit {
    const place = placeOf(id);
    const circuits = this.#gateways.get(place) ?? new Map<string, Kept>();
    this.#gateways.set(place, circuits.set(circuitName(id), { circuit, writtenAt: this.#clock.now() }));
    return circuit;
  }

  #reach(): void {
    this.calls += 1;
    if (this.isDown) throw new StoreUnavailable('the in-memory table is switched off');
  }
}

const placeOf = ({ account, gateway }: CircuitOwner) => `${account}/${gateway}`;
