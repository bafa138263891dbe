import type { EpochMs, GatewayId, JsonValue, StoredKey } from '@weir/core';

/** A key as the API shows it (spec 5.2-2). The secret is not in it, and nobody behind this API could put it there. */
export function viewConfig(gateway: GatewayId, key: StoredKey, lastUsed: EpochMs | undefined): JsonValue {
  return {
    id: key.id,
    gateway_id: gateway,
    provider_slug: key.provider,
    alias: key.alias,
    default_config: key.defaultConfig,
    // Of a secret that is kept here it is the key's own.
    secret_id: key.secret.kind === 'named' ? key.secret.secretId : key.id,
    secret_preview: key.preview,
    modified_at: key.modifiedAt,
    ...(key.rateLimit === null ? {} : { rate_limit: key.rateLimit }),
    rate_limit_period: key.ratePeriod,
    order: key.order,
    weight: key.weight,
    last_used: lastUsed === undefined ? null : new Date(lastUsed).toISOString(),
  };
}
