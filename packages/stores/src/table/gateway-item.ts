import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type AccountId,
  DEFAULT_SETTINGS,
  type GatewayId,
  type GatewaySettings,
  type GatewaySnapshot,
  type JsonValue,
  parseAccountId,
  parseGatewayId,
} from '@weir/core';
import * as z from 'zod/mini';
import { storedPrice } from './account-item.ts';
import { accountPartition, gatewayKey, gatewaySort } from './keys.ts';
import { parseItem, storedJson, storedNumber, storedString } from './stored-attributes.ts';
import { storedKeys } from './stored-keys.ts';
import { storedRoutes } from './stored-routes.ts';

const json = z.custom<JsonValue>((value) => value !== undefined);
const whole = z.nullable(z.int());

/** A field that an older version did not know is absent in its items and gets its default. */
const storedSettings = z.partial(
  z.object({
    cache_invalidate_on_update: z.boolean(),
    cache_ttl: whole,
    cache_coalesce: z.boolean(),
    circuit_breaker: z.nullable(
      z.object({ failure_rate: z.number(), minimum_calls: z.number(), cool_down: z.number() }),
    ),
    collect_logs: z.boolean(),
    rate_limiting_interval: whole,
    rate_limiting_limit: whole,
    rate_limiting_technique: z.nullable(z.enum(['fixed', 'sliding'])),
    rate_limiting_fail_closed: z.boolean(),
    rate_limits: json,
    authentication: z.boolean(),
    byok_only: z.boolean(),
    dlp: json,
    guardrails: json,
    log_classification: z.boolean(),
    log_management: whole,
    log_management_strategy: z.nullable(z.enum(['STOP_INSERTING', 'DELETE_OLDEST'])),
    logpush: z.boolean(),
    logpush_public_key: z.nullable(z.string()),
    otel: json,
    retry_max_attempts: whole,
    retry_delay: whole,
    retry_backoff: z.nullable(z.enum(['constant', 'linear', 'exponential'])),
    prices: z.array(storedPrice),
    spend_limits: json,
    store_id: z.nullable(z.string()),
    stripe: json,
    workers_ai_billing_mode: z.enum(['postpaid', 'unified']),
    zdr: z.boolean(),
  }),
);

const gatewayItem = z.object({
  account: storedString(z.custom<AccountId>((text) => parseAccountId(String(text)) !== null)),
  id: storedString(z.custom<GatewayId>((text) => parseGatewayId(String(text)) !== null)),
  internal_id: storedString(z.string()),
  version: storedNumber(z.int()),
  /** Items of an older version have none. */
  cache_epoch: z.optional(storedNumber(z.int())),
  created_at: storedString(z.string()),
  modified_at: storedString(z.string()),
  settings: storedJson(storedSettings),
  /** Gateways without keys have none. */
  keys: z.optional(storedJson(storedKeys)),
  /** Gateways without routes have none. */
  routes: z.optional(storedJson(storedRoutes)),
});

/** Settings are one JSON text: echoed exactly as written, and cheaper to read than nested attributes. */
export function toGatewayItem(gateway: GatewaySnapshot): Record<string, AttributeValue> {
  const key = gatewayKey(gateway.account, gateway.id);
  return {
    pk: { S: key.pk },
    sk: { S: key.sk },
    account_pk: { S: accountPartition(gateway.account) },
    account_sk: { S: gatewaySort(gateway.id) },
    account: { S: gateway.account },
    id: { S: gateway.id },
    internal_id: { S: gateway.internalId },
    version: { N: String(gateway.version) },
    cache_epoch: { N: String(gateway.cacheEpoch) },
    created_at: { S: gateway.createdAt },
    modified_at: { S: gateway.modifiedAt },
    settings: { S: JSON.stringify(gateway.settings) },
    ...(gateway.keys.length === 0 ? {} : { keys: { S: JSON.stringify(gateway.keys) } }),
    ...(gateway.routes.length === 0 ? {} : { routes: { S: JSON.stringify(gateway.routes) } }),
  };
}

/** @throws {DamagedItem} */
export function fromGatewayItem(item: Record<string, AttributeValue>): GatewaySnapshot {
  const { account, id, internal_id, version, cache_epoch, created_at, modified_at, settings, keys, routes } =
    parseItem(gatewayItem, item);
  return {
    account,
    id,
    internalId: internal_id,
    version,
    cacheEpoch: cache_epoch ?? 0,
    createdAt: created_at,
    modifiedAt: modified_at,
    settings: { ...DEFAULT_SETTINGS, ...settings } as GatewaySettings,
    keys: keys ?? [],
    routes: routes ?? [],
  };
}
