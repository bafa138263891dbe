import type { ColdStart } from './cold-start/measure-cold-starts.ts';
import type { BundleResult } from './measures/bundles.ts';
import type { LedgerResult } from './measures/ledger.ts';
import type { PolicyRound } from './measures/policies.ts';
import type { ScenarioResult } from './measures/rounds.ts';
import type { FallbackRound } from './measures/route-fallback.ts';
import type { RoutingResult } from './measures/routing.ts';
import type { SeveralProcesses } from './measures/several-processes.ts';
import type { StoreRoundTrips } from './measures/store-round-trips.ts';
import type { ProfileSummary } from './profile/summarise.ts';

/** All that one run found out; `results.json` is this, `results.md` is made from it. */
export interface Results {
  readonly environment: RunEnvironment;
  readonly scenarios: readonly ScenarioResult[];
  readonly roundTrips: StoreRoundTrips;
  readonly policies: readonly PolicyRound[];
  /** Null: not measured. */
  readonly ledger: LedgerResult | null;
  /** Null: not measured. Absent: a result of before it was. */
  readonly processes?: SeveralProcesses | null;
  /** Null: not measured. */
  readonly routing: RoutingResult | null;
  readonly fallback: readonly FallbackRound[];
  readonly bundles: readonly BundleResult[];
  /** A sentence in place of numbers: why there are none. */
  readonly coldStarts: readonly ColdStart[] | string;
  readonly handOffs: HandOffs;
  readonly profiles: readonly ScenarioProfile[];
}

export interface RunEnvironment {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly command: string;
  readonly commit: string;
  readonly machine: string;
  readonly system: string;
  readonly node: string;
  readonly peer: string;
  readonly loadAverage: number;
  /** Each gateway's process had a core of its own. */
  readonly apart?: boolean;
  /** The embedded stores' files are in memory. */
  readonly inMemory?: boolean;
  /** Share of the CPU time that other machines on the same hardware took; null or absent: nobody says. */
  readonly stolen?: number | null;
  readonly minutes: number;
}

/** Proof that the hand-off was on: what the gateway answered against what reached the queue. */
export interface HandOffs {
  readonly requests: number;
  readonly records: number;
}

export interface ScenarioProfile {
  readonly scenario: string;
  readonly summary: ProfileSummary;
}
