import type { AccountId, CustomProvider, JsonValue } from '@weir/core';
import { logoOf } from './logo.ts';

/** A custom provider as the API shows it (spec 5.15). */
export function viewProvider(account: AccountId, provider: CustomProvider): JsonValue {
  const { headers, ...rest } = provider;
  return {
    ...rest,
    headers: Object.keys(headers).length === 0 ? null : JSON.stringify(headers),
    logo: logoOf(provider.name),
    account_id: account,
    account_tag: account,
  };
}
