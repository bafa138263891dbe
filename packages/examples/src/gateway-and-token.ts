import Cloudflare from 'cloudflare';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const account_id = `${WEIR_ACCOUNT_ID}`;

const client = new Cloudflare({ baseURL: `${WEIR_BASE_URL}/client/v4`, apiToken: `${WEIR_API_TOKEN}` });

const gateway = await client.aiGateway.create({
  account_id,
  id: 'team-a',
  cache_invalidate_on_update: false,
  cache_ttl: null,
  collect_logs: true,
  rate_limiting_interval: null,
  rate_limiting_limit: null,
});
console.log(`gateway ${gateway.id}, authentication ${gateway.authentication ? 'on' : 'off'}`);

// A token that may run requests on this one gateway, and do nothing else.
const { result: groups } = await client.accounts.tokens.permissionGroups.list({ account_id });
const run = groups.find(({ name }) => name === 'AI Gateway Run');
const token = await client.accounts.tokens.create({
  account_id,
  name: 'team-a service',
  policies: [
    {
      effect: 'allow',
      permission_groups: [{ id: `${run?.id}` }],
      resources: { [`com.weir.gateway.${gateway.id}`]: '*' },
    },
  ],
});
console.log(`token ${token.name}: ${token.status}`);

const call = (name: string) =>
  fetch(`${WEIR_BASE_URL}/v1/${account_id}/${name}/demo/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cf-aig-authorization': `Bearer ${token.value}` },
    body: JSON.stringify({ model: 'any-model', messages: [{ role: 'user', content: 'Hello' }] }),
  });
console.log(`on ${gateway.id}: ${(await call(gateway.id)).status}`);
console.log(`on default: ${(await call('default')).status}`);
