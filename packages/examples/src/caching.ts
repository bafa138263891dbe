import { setTimeout as sleep } from 'node:timers/promises';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const gateways = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`;

/** A call of the management API. */
const manage = (path: string, body: object = {}) =>
  fetch(`${gateways}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

await manage('', {
  id: 'cached',
  cache_ttl: 3_600,
  cache_coalesce: true,
  cache_invalidate_on_update: true,
  collect_logs: true,
  rate_limiting_interval: null,
  rate_limiting_limit: null,
});

const ask = async (headers: Readonly<Record<string, string>> = {}, stream = false) => {
  const answer = await fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/cached/demo/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      ...headers,
    },
    body: JSON.stringify({
      model: 'any-model',
      stream,
      messages: [{ role: 'user', content: 'Hello, Weir' }],
    }),
  });
  await answer.text();
  return answer.headers;
};
const status = (headers: Headers) => headers.get('cf-aig-cache-status');

// Ten at the same time: one of them calls the provider.
const together = await Promise.all(Array.from({ length: 10 }, () => ask({}, true)));
console.log(`together: ${together.filter((headers) => status(headers) === 'MISS').length} call`);

// The caller's own key, whatever the body says.
await ask({ 'cf-aig-cache-key': 'greeting' });
const again = await ask({ 'cf-aig-cache-key': 'greeting' });
console.log(`again: ${status(again)}`);

// One entry goes at once; everything goes within five seconds.
await manage('/cached/cache/purge', { key: again.get('weir-cache-key') });
console.log(`one purged: ${status(await ask({ 'cf-aig-cache-key': 'greeting' }))}`);
await manage('/cached/cache/purge');
await sleep(5_000);
console.log(`all purged: ${status(await ask({}, true))}`);
