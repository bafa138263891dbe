const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateways = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`;

/** A call of the management API. */
async function manage<Result>(path: string, body: object): Promise<Result> {
  const answer = await fetch(`${gateways}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await answer.json()) as { result: Result }).result;
}

await manage('', {
  id: 'thrifty',
  cache_invalidate_on_update: false,
  cache_ttl: null,
  collect_logs: true,
  rate_limiting_interval: null,
  rate_limiting_limit: null,
  // The demo provider costs nothing. Here its large model does: dollars for a million tokens.
  prices: [{ provider: 'demo', model: 'large', rates: { input: '20', output: '20' } }],
});

const model = (id: string) => ({
  id,
  type: 'model',
  properties: { provider: 'demo', model: id, timeout: 10_000, retries: 0 },
  outputs: { success: { elementId: 'end' } },
});

// A cent an hour for each team on the large model; then the small one, until there is room again.
const route = await manage<{ id: string }>('/thrifty/routes', {
  name: 'chat',
  elements: [
    { id: 'start', type: 'start', outputs: { next: { elementId: 'budget' } } },
    {
      id: 'budget',
      type: 'rate',
      properties: { limitType: 'cost', key: 'metadata.team', limit: 0.01, window: 3_600 },
      outputs: { success: { elementId: 'large' }, fallback: { elementId: 'small' } },
    },
    model('large'),
    model('small'),
    { id: 'end', type: 'end', outputs: {} },
  ],
});

const ask = async (team: string) => {
  const answer = await fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/thrifty/compat/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      'cf-aig-metadata': JSON.stringify({ team }),
    },
    body: JSON.stringify({
      model: 'dynamic/chat',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 200,
    }),
  });
  await answer.text();
  return answer.headers.get('cf-aig-model');
};

console.log(`search begins with ${await ask('search')}`);
let last = await ask('search');
while (last === 'large') last = await ask('search');
console.log(`search goes on with ${last}`);
console.log(`ads begins with ${await ask('ads')}`);

// Where the next request would go that may cost a cent, and why.
interface Explanation {
  path: { element: string; branch: string; current?: { limit: number; remaining: number } }[];
}
const { path } = await manage<Explanation>(`/thrifty/routes/${route.id}/explain`, {
  metadata: { team: 'search' },
  cost: 0.01,
});
const asked = path.findLast(({ element }) => element === 'budget');
console.log(`budget → ${asked?.branch}: $${asked?.current?.remaining} of $${asked?.current?.limit} left`);
