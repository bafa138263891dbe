import { setTimeout as sleep } from 'node:timers/promises';

interface Totals {
  model: string;
  requests: number;
  cost: number;
}

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateways = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`;
const manager = { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' };

await fetch(gateways, {
  method: 'POST',
  headers: manager,
  body: JSON.stringify({
    id: 'counted',
    cache_invalidate_on_update: false,
    cache_ttl: null,
    collect_logs: true,
    rate_limiting_interval: null,
    rate_limiting_limit: null,
  }),
});

const ask = (model: string) =>
  fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/counted/demo/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      // The demo provider has no price of its own.
      'cf-aig-custom-cost': JSON.stringify({ per_token_in: 0.001, per_token_out: 0.002 }),
    },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
let paid = 0;
for (const model of ['large', 'small', 'small']) {
  const answer = await ask(model);
  await answer.text();
  paid += Number(answer.headers.get('weir-cost'));
}

const count = async (): Promise<Totals[]> => {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const answer = await fetch(`${gateways}/counted/totals?group_by=model&from=${from}`, { headers: manager });
  return ((await answer.json()) as { result: { totals: Totals[] } }).result.totals;
};

// A record is in the log a moment after its answer, and in the totals with it.
let totals = await count();
while (totals.reduce((sum, { requests }) => sum + requests, 0) < 3) {
  await sleep(100);
  totals = await count();
}
for (const { model, requests } of totals) console.log(`${model}: ${requests} requests`);
const cost = totals.reduce((sum, each) => sum + each.cost, 0);
console.log(
  cost.toFixed(6) === paid.toFixed(6) ? 'cost: what the answers said' : `cost: ${cost}, not ${paid}`,
);
