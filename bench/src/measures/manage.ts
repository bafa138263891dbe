import type { WeirContender } from '../contenders/weir.ts';

/** A call of the management API, below the account's gateways. @throws when it does not succeed. */
export async function manage(
  { host }: WeirContender,
  path: string,
  body: object,
  method: 'POST' | 'PUT' = 'POST',
): Promise<void> {
  const gateways = `${host.baseUrl}/client/v4/accounts/${host.accountId}/ai-gateway/gateways`;
  const answer = await fetch(`${gateways}${path}`, {
    method,
    headers: { authorization: `Bearer ${host.apiToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path || 'a gateway'}: ${answer.status} ${text}`);
}

export const createGateway = (weir: WeirContender, id: string, settings: object): Promise<void> =>
  manage(weir, '', {
    id,
    collect_logs: true,
    cache_invalidate_on_update: false,
    cache_ttl: 0,
    rate_limiting_interval: 0,
    rate_limiting_limit: 0,
    ...settings,
  });
