import { DEFAULT_GATEWAY, type GatewaySnapshot, type JsonValue } from '@weir/core';

/** A gateway as the API shows it (spec 3). */
export function viewGateway({
  account,
  id,
  internalId,
  createdAt,
  modifiedAt,
  settings,
}: GatewaySnapshot): JsonValue {
  return {
    id,
    ...settings,
    is_default: id === DEFAULT_GATEWAY,
    account_id: account,
    account_tag: account,
    internal_id: internalId,
    created_at: createdAt,
    modified_at: modifiedAt,
  };
}
