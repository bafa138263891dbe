import type { CircuitBreaker, CircuitCall, CircuitId, CircuitPass, Circuits } from '@weir/core';
import { RecentlyUsed } from '../config/recently-used.ts';
import { SharedCircuit, type SharedCircuitOptions } from './shared-circuit.ts';

/** Circuits that one process remembers. */
const REMEMBERED = 1_000;

/** Circuits over a table that all processes share: what each knows of them, and how they agree. */
export class SharedCircuits implements Circuits {
  readonly #options: SharedCircuitOptions;
  readonly #known = new RecentlyUsed<string, SharedCircuit>(REMEMBERED);

  constructor(options: SharedCircuitOptions) {
    this.#options = options;
  }

  passOf(circuit: CircuitId, rule: CircuitBreaker): CircuitPass {
    return this.#find(circuit, rule).passOf(rule);
  }

  begin(circuit: CircuitId, rule: CircuitBreaker): CircuitCall {
    return this.#find(circuit, rule).begin(rule);
  }

  async settled(circuits: readonly CircuitId[]): Promise<void> {
    const known = new Set(circuits.flatMap((circuit) => this.#known.get(nameOf(circuit)) ?? []));
    await Promise.all([...known].map((circuit) => circuit.settled()));
  }

  #find(circuit: CircuitId, rule: CircuitBreaker): SharedCircuit {
    const name = nameOf(circuit);
    const known = this.#known.get(name);
    if (known) return known;
    const fresh = new SharedCircuit(circuit, rule, this.#options);
    this.#known.set(name, fresh);
    return fresh;
  }
}

const nameOf = ({ account, gateway, provider, host }: CircuitId) =>
  `${account}/${gateway}/${provider}/${host}`;
