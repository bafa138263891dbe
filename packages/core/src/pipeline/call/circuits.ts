import type { GatewaySnapshot } from '../../gateway/settings.ts';
import { durationMs } from '../../ids.ts';
import type { CallOutcome } from '../../policy/circuit.ts';
import type { CircuitId } from '../../ports/circuits.ts';
import type { Planned, Progress, Step, Target } from '../exchange.ts';
import type { Ports } from '../ports.ts';

type CircuitPorts = Pick<Ports, 'circuits'>;

/** How a step that was passed over is named among the attempts. */
const CIRCUIT_OPEN = 'circuit-open';

/** Whether a step's provider is failing, so that it is left out where there is another (docs/circuit-breaking.md). */
export function isOpen(
  { gateway }: Pick<Planned, 'gateway'>,
  { target }: Step,
  { circuits }: CircuitPorts,
): boolean {
  const rule = gateway.settings.circuit_breaker;
  return rule != null && circuits.passOf(circuitOf(gateway, target), rule) === 'open';
}

/** Among the attempts of the step that is tried in its place. */
export function notePassedOver({ target }: Step, progress: Progress, { clock }: Pick<Ports, 'clock'>): void {
  progress.attempts.push({
    provider: target.provider.slug,
    startedAt: clock.now(),
    duration: durationMs(0),
    status: null,
    failure: CIRCUIT_OPEN,
  });
}

/** Whether anybody was called. */
export const wasCalled = ({ attempts }: Progress): boolean =>
  attempts.some(({ failure }) => failure !== CIRCUIT_OPEN);

/** One call of a target, which counts by what it `says` where the gateway has a circuit breaker. */
export async function countCall<Result>(
  { gateway }: Pick<Planned, 'gateway'>,
  target: Target,
  { circuits }: CircuitPorts,
  call: () => Promise<Result>,
  says: (result: Result) => CallOutcome,
): Promise<Result> {
  const rule = gateway.settings.circuit_breaker;
  if (rule == null) return call();
  const begun = circuits.begin(circuitOf(gateway, target), rule);
  let outcome: CallOutcome = 'nothing-learned';
  try {
    const result = await call();
    outcome = says(result);
    return result;
  } finally {
    begun.end(outcome);
  }
}

/** Stage 10: waits until what was counted is shared. */
export const settleCircuits = (
  gateway: GatewaySnapshot,
  targets: readonly Target[],
  { circuits }: CircuitPorts,
): Promise<void> => circuits.settled(targets.map((target) => circuitOf(gateway, target)));

const circuitOf = ({ account, internalId }: GatewaySnapshot, { provider, url }: Target): CircuitId => ({
  account,
  gateway: internalId,
  provider: provider.slug,
  host: new URL(url).host,
});
