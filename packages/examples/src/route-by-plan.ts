import Cloudflare from 'cloudflare';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const account_id = `${WEIR_ACCOUNT_ID}`;
const gateway = 'plans';

const client = new Cloudflare({ baseURL: `${WEIR_BASE_URL}/client/v4`, apiToken: `${WEIR_API_TOKEN}` });
await client.aiGateway.create({
  account_id,
  id: gateway,
  cache_invalidate_on_update: false,
  cache_ttl: null,
  collect_logs: true,
  rate_limiting_interval: null,
  rate_limiting_limit: null,
});

// Who pays gets the large model, and the small one when that fails. All others get the small one.
await client.aiGateway.dynamicRouting.create(gateway, {
  account_id,
  name: 'chat',
  elements: [
    { id: 'start', type: 'start', outputs: { next: { elementId: 'pays' } } },
    {
      id: 'pays',
      type: 'conditional',
      properties: { conditions: { 'metadata.plan': { $in: ['pro', 'enterprise'] } } },
      outputs: { true: { elementId: 'large' }, false: { elementId: 'small' } },
    },
    {
      id: 'large',
      type: 'model',
      properties: { provider: 'demo', model: 'large', timeout: 10_000, retries: 1 },
      outputs: { success: { elementId: 'end' }, fallback: { elementId: 'small' } },
    },
    {
      id: 'small',
      type: 'model',
      properties: { provider: 'demo', model: 'small', timeout: 10_000, retries: 1 },
      outputs: { success: { elementId: 'end' }, fallback: { elementId: 'end' } },
    },
    { id: 'end', type: 'end', outputs: {} },
  ],
});

// The application names the route where it named a model, and says whom it asks for.
for (const plan of ['free', 'pro']) {
  const answer = await fetch(`${WEIR_BASE_URL}/v1/${account_id}/${gateway}/compat/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      'cf-aig-metadata': JSON.stringify({ plan }),
    },
    body: JSON.stringify({ model: 'dynamic/chat', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.text();
  console.log(`${plan}: ${answer.headers.get('cf-aig-provider')}/${answer.headers.get('cf-aig-model')}`);
}
