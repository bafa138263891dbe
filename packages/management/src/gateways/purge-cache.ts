import {
  type AccountSnapshot,
  type CacheKey,
  type CacheScope,
  cacheName,
  customDescriptor,
  customProviderNamed,
  findProvider,
  type GatewaySnapshot,
  isCustomName,
  namedCacheKey,
  parseCacheKey,
  Refusal,
} from '@weir/core';
import * as z from 'zod';
import type { GatewayCall } from '../access/endpoints.ts';
import { type ManagementAnswer, succeed } from '../http/answer.ts';
import { readBody } from '../http/json-body.ts';
import type { ManagementPorts } from '../ports.ts';
import { findGateway } from './read-gateways.ts';
import { ROUNDS } from './rounds.ts';

const name = z.string().min(1).max(512);

const purgeBody = z.strictObject({
  /** As `weir-cache-key` says it. */
  key: z.string().exactOptional(),
  /** As `cf-aig-cache-key` says it, with the provider and the model that it was used for. */
  cache_key: z.string().min(1).max(1024).exactOptional(),
  provider: name.exactOptional(),
  model: name.exactOptional(),
});

type Purge = z.output<typeof purgeBody>;

/**
 * Forgets what is cached for the gateway: everything, or the one entry that the body names. Everything is gone for a
 * request within the time that a change of the gateway takes (design 6), one entry at once; what providers are just being
 * asked for does not bring it back.
 */
export async function purgeCache(
  call: GatewayCall,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const body = call.request.body.byteLength === 0 ? {} : readBody(call.request, purgeBody);
  if (body instanceof Refusal) return body;
  return Object.keys(body).length === 0 ? purgeAll(call, ports) : purgeOne(call, body, ports);
}

async function purgeAll(call: GatewayCall, ports: ManagementPorts): Promise<ManagementAnswer | Refusal> {
  for (let round = 0; round < ROUNDS; round++) {
    const gateway = await findGateway(call, ports);
    if (gateway instanceof Refusal) return gateway;
    const updated = await ports.gateways.update(gateway, gateway.settings, { forgetsCache: true });
    if (updated !== 'changed') return succeed({ purged: 'all' });
  }
  return new Refusal('conflict');
}

async function purgeOne(
  call: GatewayCall,
  body: Purge,
  ports: ManagementPorts,
): Promise<ManagementAnswer | Refusal> {
  const gateway = await findGateway(call, ports);
  if (gateway instanceof Refusal) return gateway;
  const isCustom = body.provider !== undefined && isCustomName(body.provider);
  const account = isCustom ? await ports.accounts.snapshot(call.account) : null;
  const key = keyIn(body, gateway, account);
  if (key instanceof Refusal) return key;
  const found = await ports.cache.purge(key, { account: call.account, gateway: call.gateway });
  return succeed({ purged: 'key', key, found });
}

function keyIn(
  { key, cache_key, provider, model }: Purge,
  gateway: GatewaySnapshot,
  account: AccountSnapshot | null,
): CacheKey | Refusal {
  if (key !== undefined) {
    if (cache_key !== undefined || provider !== undefined || model !== undefined)
      return fault('key', 'stands alone: it already says which entry is meant');
    return (
      parseCacheKey(key) ?? fault('key', 'must be 64 hex digits, as the answer’s weir-cache-key has them')
    );
  }
  if (cache_key === undefined) return fault('cache_key', 'is required beside provider and model');
  if (provider === undefined) {
    if (model !== undefined) return fault('provider', 'is required beside model');
    return namedCacheKey(scopeOf(gateway), { key: cache_key, target: null });
  }
  const custom = customProviderNamed(account, provider);
  const known = custom ? customDescriptor(custom) : findProvider(provider);
  if (known === null) return fault('provider', `there is no provider "${provider.slice(0, 64)}"`);
  const target = { provider: cacheName(known), model: model ?? null };
  return namedCacheKey(scopeOf(gateway), { key: cache_key, target });
}

const scopeOf = ({ account, id, internalId, cacheEpoch }: GatewaySnapshot): CacheScope => ({
  account,
  gateway: id,
  internalId,
  epoch: cacheEpoch,
});

const fault = (field: string, message: string) =>
  new Refusal('invalidBody', { message: `${field}: ${message}`, path: ['body', field] });
