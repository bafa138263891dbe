const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateways = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`;

/** A call of the management API. */
const manage = (path: string, body: object) =>
  fetch(`${gateways}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

await manage('', {
  id: 'experiment',
  cache_invalidate_on_update: false,
  cache_ttl: null,
  collect_logs: true,
  rate_limiting_interval: null,
  rate_limiting_limit: null,
});

const model = (id: string) => ({
  id,
  type: 'model',
  properties: { provider: 'demo', model: id, timeout: 10_000, retries: 1 },
  outputs: { success: { elementId: 'end' } },
});

// Four users of ten meet the new model. Whoever met it once meets it always: the user decides, not chance.
await manage('/experiment/routes', {
  name: 'chat',
  elements: [
    { id: 'start', type: 'start', outputs: { next: { elementId: 'arms' } } },
    {
      id: 'arms',
      type: 'percentage',
      properties: { sticky: 'metadata.user' },
      outputs: { '40%': { elementId: 'new' }, else: { elementId: 'proven' } },
    },
    model('new'),
    model('proven'),
    { id: 'end', type: 'end', outputs: {} },
  ],
});

const armOf = async (user: string) => {
  const answer = await fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/experiment/compat/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      'cf-aig-metadata': JSON.stringify({ user }),
    },
    body: JSON.stringify({ model: 'dynamic/chat', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await answer.text();
  return answer.headers.get('cf-aig-model');
};

const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
const before = await Promise.all(users.map(armOf));
const after = await Promise.all(users.map(armOf));
console.log(`arms: ${[...new Set(before)].sort().join(' and ')}`);
console.log(`changed: ${before.filter((arm, index) => arm !== after[index]).length} of ${users.length}`);
