import type { RunningGateway } from './running-gateway.ts';

/** A key as the management API shows it. */
export interface ListedKey {
  readonly id: string;
  readonly alias: string;
  readonly secret_preview: string;
  readonly last_used: string | null;
}

const keysOf = (gateway: string) => `ai-gateway/gateways/${gateway}/provider_configs`;

/** @param changes alias `default` and the provider's default, unless they say otherwise. */
export async function storeKey(
  host: RunningGateway,
  gateway: string,
  provider: string,
  secret: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<ListedKey> {
  const { result } = await host.manage('POST', keysOf(gateway), {
    provider_slug: provider,
    alias: 'default',
    default_config: !('alias' in changes),
    secret,
    ...changes,
  });
  return result as ListedKey;
}

export async function listKeys(host: RunningGateway, gateway: string): Promise<readonly ListedKey[]> {
  return (await host.manage('GET', keysOf(gateway))).result as ListedKey[];
}

export const rotateKey = (host: RunningGateway, gateway: string, id: string, secret: string) =>
  host.manage('PUT', `${keysOf(gateway)}/${id}`, { secret });

export const deleteKey = (host: RunningGateway, gateway: string, id: string) =>
  host.manage('DELETE', `${keysOf(gateway)}/${id}`);
