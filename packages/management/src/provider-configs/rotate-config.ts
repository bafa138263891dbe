import { type GatewaySnapshot, Refusal, type SealedSecret, type StoredKey } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { changeKeys, type KeyChange, keyNamed } from './change-keys.ts';
import { rotationBody } from './config-body.ts';
import { viewConfig } from './config-view.ts';
import { findKeyProvider } from './key-provider.ts';
import { type ReadSecret, readSecret } from './read-secret.ts';

/** Puts another secret in the place of a key's (spec 5.2-2, 5.2-5); all else about the key stays. */
export async function rotateConfig(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, rotationBody);
  if (body instanceof Refusal) return body;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const key = rotatable(call, gateway);
  if (key instanceof Refusal) return key;
  const provider = await findKeyProvider(call, key.provider, ports);
  if (provider instanceof Refusal) return provider;
  const read = readSecret(provider, body.secret);
  if (read instanceof Refusal) return read;
  const binding = { account: call.account, gateway: call.gateway, provider: key.provider };
  const sealed = await ports.keySealer.seal(read.secret, binding);
  const modifiedAt = new Date(ports.clock.now()).toISOString();
  const [rotated, uses] = await Promise.all([
    changeKeys(call, ports, (current) => rotation(call, current, read, sealed, modifiedAt)),
    ports.keyUses.list(call.account, call.gateway),
  ]);
  return rotated instanceof Refusal
    ? rotated
    : succeed(viewConfig(call.gateway, rotated, uses.get(rotated.id)));
}

function rotatable(call: GatewayCall, gateway: GatewaySnapshot): StoredKey | Refusal {
  const key = keyNamed(call, gateway);
  if (key instanceof Refusal || key.secret.kind === 'sealed') return key;
  return new Refusal('invalidBody', {
    message: `secret: this key only names "${key.secret.secretId}" in your secret store. Rotate it there`,
    path: ['body', 'secret'],
  });
}

function rotation(
  call: GatewayCall,
  gateway: GatewaySnapshot,
  { preview, place }: ReadSecret,
  sealed: SealedSecret,
  modifiedAt: string,
): KeyChange | Refusal {
  const old = rotatable(call, gateway);
  if (old instanceof Refusal) return old;
  const key: StoredKey = { ...old, secret: { kind: 'sealed', sealed }, preview, place, modifiedAt };
  return { keys: gateway.keys.map((other) => (other.id === key.id ? key : other)), key };
}
