import {
  type CircuitPhase,
  countsAt,
  type EpochMs,
  type JsonValue,
  Refusal,
  type StoredCircuit,
} from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';

/** The gateway's circuits that had calls in the last hour, by provider and host; none where it has no breaker. */
export async function listCircuits(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  if (gateway.settings.circuit_breaker == null) return succeed([]);
  const owner = { account: call.account, gateway: gateway.internalId };
  const now = ports.clock.now();
  return succeed((await ports.circuits.list(owner)).map((circuit) => viewCircuit(circuit, now)));
}

function viewCircuit({ provider, host, phase, window }: StoredCircuit, now: EpochMs): JsonValue {
  const { calls, failures } = countsAt(window, phase, now);
  return {
    provider,
    host,
    state: phase.kind,
    /** Percent, of the calls of the last 30 seconds. */
    failure_rate: calls === 0 ? null : Math.round((1_000 * failures) / calls) / 10,
    calls,
    opened_at: phase.kind === 'closed' ? null : rfc3339(phase.openedAt),
    next_probe: nextProbe(phase),
  };
}

/** The earliest moment; of a probe that is on its way, when it is given up. */
function nextProbe(phase: CircuitPhase): string | null {
  switch (phase.kind) {
    case 'closed':
      return null;
    case 'open':
      return rfc3339(phase.probeAt);
    case 'half-open':
      return rfc3339(phase.until);
  }
}

const rfc3339 = (at: EpochMs) => new Date(at).toISOString();
