import { type GatewaySnapshot, isSameProvider, Refusal, type StoredKey } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import type { ManagementPorts } from '../ports.ts';
import { changeKeys, type KeyChange, keyNamed } from './change-keys.ts';
import { viewConfig } from './config-view.ts';

/** Deletes a key for good and answers what it was. What depended on it stops within 5 s (spec 5.2-5). */
export async function deleteConfig(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const uses = await ports.keyUses.list(call.account, call.gateway);
  const deleted = await changeKeys(call, ports, (gateway) => {
    const key = keyNamed(call, gateway);
    return key instanceof Refusal ? key : without(key, gateway);
  });
  return deleted instanceof Refusal
    ? deleted
    : succeed(viewConfig(call.gateway, deleted, uses.get(deleted.id)));
}

/**
 * The rest. Who was the default hands that on within its alias, whose keys stand in for each other; requests that meant
 * it never go to a key of another alias by themselves.
 */
function without(key: StoredKey, { keys }: GatewaySnapshot): KeyChange {
  const rest = keys.filter(({ id }) => id !== key.id);
  const heir = key.defaultConfig
    ? rest.find(({ provider, alias }) => isSameProvider(provider, key.provider) && alias === key.alias)
    : undefined;
  return { keys: rest.map((other) => (other === heir ? { ...other, defaultConfig: true } : other)), key };
}
