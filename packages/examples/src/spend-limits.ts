interface Bucket {
  bucket: string;
  limit: number;
  spent: number;
  remaining: number;
}

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateways = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`;
const manager = { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' };

// A cent for each team in any 24 hours.
const rule = { limit: 0.01, limitType: 'cost', window: 86_400, metadata: { team: { mode: 'partition' } } };
await fetch(gateways, {
  method: 'POST',
  headers: manager,
  body: JSON.stringify({
    id: 'frugal',
    cache_invalidate_on_update: false,
    cache_ttl: null,
    collect_logs: true,
    rate_limiting_interval: null,
    rate_limiting_limit: null,
    spend_limits: { enabled: true, rules: [{ id: 'each-team', ...rule }] },
  }),
});

const ask = (team: string) =>
  fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/frugal/demo/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      'cf-aig-metadata': JSON.stringify({ team }),
      // The demo provider has no price of its own.
      'cf-aig-custom-cost': JSON.stringify({ per_token_in: 0.00002, per_token_out: 0.00002 }),
    },
    body: JSON.stringify({
      model: 'any-model',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 200,
    }),
  });

// One team spends what it has; the other still has all of it.
let answer = await ask('search');
while (answer.ok) {
  await answer.text();
  answer = await ask('search');
}
const { error } = (await answer.json()) as { error: [{ message: string }] };
console.log(`search: ${answer.status}, ${error[0].message.split(':')[0]}`);
console.log(`ads: ${(await ask('ads')).status}`);

const spend = await fetch(`${gateways}/frugal/spend`, { headers: manager });
const { result } = (await spend.json()) as { result: Bucket[] };
for (const { bucket, limit, spent, remaining } of result)
  console.log(`${bucket}: $${spent} of $${limit} spent, $${remaining} left`);
