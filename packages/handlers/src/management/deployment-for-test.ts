import { randomBytes } from 'node:crypto';
import { type AccountId, epochMs, type Secret } from '@weir/core';
import { createFirstAccount, DEFAULT_LIMITS } from '@weir/management';
import Cloudflare from 'cloudflare';
import { createManagementHandler } from './create-handler.ts';
import { startRestApi } from './rest-api-for-test.ts';
import type { Place, Stores } from './stores-for-test.ts';

/** A fresh deployment behind a socket: its own account, and the official client. */
export interface Deployment {
  readonly account_id: AccountId;
  readonly baseUrl: string;
  /** With the first token. */
  readonly client: Cloudflare;
  readonly stores: Stores;
  connect(apiToken: string): Cloudflare;
  close(): Promise<void>;
}

export async function deploy(place: Place): Promise<Deployment> {
  const clock = { now: () => epochMs(Date.now()) };
  const ids = { random: (size: number) => randomBytes(size) };
  const stores = place.stores(clock);
  let handedOver = '{}';
  const vault = {
    read: async () => handedOver,
    write: async (value: Secret) => {
      handedOver = value.reveal();
      return 'written' as const;
    },
  };
  const account_id = await createFirstAccount({ ...stores, vault, clock, ids }, '1');
  const api = await startRestApi(
    createManagementHandler({ ...stores, clock, ids, limits: DEFAULT_LIMITS, privateEndpoints: [] }),
  );
  const connect = (apiToken: string) =>
    new Cloudflare({ apiToken, baseURL: `${api.baseUrl}/client/v4`, maxRetries: 0 });
  const { api_token } = JSON.parse(handedOver) as { api_token: string };
  return {
    account_id,
    baseUrl: api.baseUrl,
    client: connect(api_token),
    stores,
    connect,
    close: () => api.close(),
  };
}
