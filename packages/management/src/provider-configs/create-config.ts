import { randomUUID } from 'node:crypto';
import { type GatewaySnapshot, isSameProvider, Refusal, type StoredKey } from '@weir/core';
import type { GatewayCall } from '../access/endpoints.ts';
import { findGateway } from '../gateways/read-gateways.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { changeKeys, type KeyChange } from './change-keys.ts';
import { type NewConfig, newConfigBody } from './config-body.ts';
import { viewConfig } from './config-view.ts';
import { findKeyProvider, type KeyProvider } from './key-provider.ts';
import { type ReadSecret, readSecret } from './read-secret.ts';

/** Stores a provider's key (spec 5.2). It is sealed before anything is written, and nothing here can open it. */
export async function createConfig(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = readBody(call.request, newConfigBody);
  if (body instanceof Refusal) return body;
  const provider = await findKeyProvider(call, body.provider_slug, ports);
  if (provider instanceof Refusal) return provider;
  const read = body.secret === undefined ? null : readSecret(provider, body.secret);
  if (read instanceof Refusal) return read;
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  // What would be refused anyway is not sealed first.
  const refusal = objectionTo(body, provider, gateway, ports);
  if (refusal) return refusal;
  const key = await newKey(call, body, provider, read, ports);
  const created = await changeKeys(
    call,
    ports,
    (current) => objectionTo(body, provider, current, ports) ?? added(key, current),
  );
  return created instanceof Refusal ? created : succeed(viewConfig(call.gateway, created, undefined));
}

/** Why the gateway cannot take another key like this; null: it can. */
function objectionTo(
  { alias, order, weight }: NewConfig,
  provider: KeyProvider,
  { keys }: GatewaySnapshot,
  { limits }: ManagementPorts,
): Refusal | null {
  const isTaken = keys.some((key) => isSameProvider(key.provider, provider.slug) && key.alias === alias);
  if (isTaken && order === undefined && weight === undefined) {
    return new Refusal('duplicate', {
      message: `The gateway has a key for ${provider.slug} under the alias "${alias}". Give order or weight to add another one beside it.`,
      path: ['body', 'alias'],
    });
  }
  if (keys.length < limits.keysPerGateway) return null;
  return new Refusal('keyQuota', {
    message: `This gateway may have ${limits.keysPerGateway} keys and has them. Delete one first.`,
  });
}

async function newKey(
  { account, gateway }: GatewayCall,
  body: NewConfig,
  provider: KeyProvider,
  read: ReadSecret | null,
  { keySealer, clock }: ManagementPorts,
): Promise<StoredKey> {
  const createdAt = new Date(clock.now()).toISOString();
  const common = {
    id: randomUUID(),
    provider: provider.slug,
    alias: body.alias,
    defaultConfig: body.default_config,
    rateLimit: body.rate_limit,
    ratePeriod: body.rate_limit_period,
    order: body.order ?? 0,
    weight: body.weight ?? 1,
    createdAt,
    modifiedAt: createdAt,
  };
  if (read === null) {
    const secret = { kind: 'named', secretId: body.secret_id ?? '' } as const;
    return { ...common, secret, preview: '…', place: {} };
  }
  const sealed = await keySealer.seal(read.secret, { account, gateway, provider: provider.slug });
  return { ...common, secret: { kind: 'sealed', sealed }, preview: read.preview, place: read.place };
}

/** A provider has one default: its first key, until another one is made it. */
function added(key: StoredKey, { keys }: GatewaySnapshot): KeyChange {
  const others = keys.filter(({ provider }) => isSameProvider(provider, key.provider));
  const defaultConfig = key.defaultConfig || others.length === 0;
  const made = { ...key, defaultConfig };
  const kept = defaultConfig
    ? keys.map((other) => (others.includes(other) ? { ...other, defaultConfig: false } : other))
    : keys;
  return { keys: [...kept, made], key: made };
}
