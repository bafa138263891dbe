import { setTimeout as sleep } from 'node:timers/promises';

interface Circuit {
  provider: string;
  state: 'closed' | 'open' | 'half-open';
  failure_rate: number | null;
  calls: number;
}

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateways = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`;
const manager = { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' };

await fetch(gateways, {
  method: 'POST',
  headers: manager,
  body: JSON.stringify({
    id: 'steady',
    cache_invalidate_on_update: false,
    cache_ttl: null,
    collect_logs: true,
    rate_limiting_interval: null,
    rate_limiting_limit: null,
    circuit_breaker: { failure_rate: 50, minimum_calls: 10, cool_down: 15 },
  }),
});

// A first choice and a second: while the first one's circuit is open, requests go to the second at once.
const messages = [{ role: 'user', content: 'Hello, Weir' }];
const steps = [
  { provider: 'groq', endpoint: 'chat/completions', query: { model: 'openai/gpt-oss-20b', messages } },
  { provider: 'demo', endpoint: 'chat/completions', query: { model: 'any-model', messages } },
];
for (let request = 0; request < 10; request++) {
  const answer = await fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/steady`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}` },
    body: JSON.stringify(steps),
  });
  await answer.text();
}

// What the processes of the gateway share, about two seconds later.
await sleep(2_500);
const circuits = await fetch(`${gateways}/steady/circuits`, { headers: manager });
const { result } = (await circuits.json()) as { result: Circuit[] };
for (const { provider, state, failure_rate, calls } of result) {
  if (state === 'closed') continue;
  console.log(`${provider}: ${state}, ${failure_rate} % of ${calls} calls failed`);
}
