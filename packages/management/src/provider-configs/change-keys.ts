import { type GatewaySnapshot, Refusal, type StoredKey } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { ROUNDS } from '../gateways/rounds.ts';
import { tooLarge } from '../gateways/snapshot-size.ts';
import type { ManagementPorts } from '../ports.ts';

/** The gateway's keys from now on, and the one that the call was about. */
export interface KeyChange {
  readonly keys: readonly StoredKey[];
  readonly key: StoredKey;
}

/**
 * Changes the gateway's keys in one conditional write, on the newest state when someone else changed the gateway
 * meanwhile: of keys and settings that change at the same time nothing is lost.
 */
export async function changeKeys(
  call: GatewayCall,
  ports: ManagementPorts,
  change: (gateway: GatewaySnapshot) => KeyChange | Refusal,
): Promise<StoredKey | Refusal> {
  for (let round = 0; round < ROUNDS; round++) {
    const gateway = await findGateway(call, ports);
    if (gateway instanceof Refusal) return gateway;
    const changed = change(gateway);
    if (changed instanceof Refusal) return changed;
    const { keys, key } = changed;
    const refusal = tooLarge({ ...gateway, keys });
    if (refusal) return refusal;
    const updated = await ports.gateways.update(gateway, gateway.settings, { keys });
    if (updated !== 'changed') return key;
  }
  return new Refusal('conflict');
}

/** The key that the path names, in the given state of the gateway. */
export function keyNamed(call: GatewayCall, { keys }: GatewaySnapshot): StoredKey | Refusal {
  const id = call.parameters.id ?? '';
  return (
    keys.find((key) => key.id === id) ??
    new Refusal('notFound', {
      message: `The gateway "${call.gateway}" has no provider config ${JSON.stringify(id.slice(0, 64))}.`,
    })
  );
}
