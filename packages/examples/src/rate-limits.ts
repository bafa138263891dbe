const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;

await fetch(`${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/gateways`, {
  method: 'POST',
  headers: { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    id: 'measured',
    cache_invalidate_on_update: false,
    cache_ttl: null,
    collect_logs: true,
    // At most 100 requests in any minute, all together …
    rate_limiting_limit: 100,
    rate_limiting_interval: 60,
    rate_limiting_technique: 'sliding',
    // … and of those at most two for each team.
    rate_limits: [{ limit: 2, interval: 60, technique: 'sliding', by: { metadata: 'team' } }],
  }),
});

const ask = (team: string) =>
  fetch(`${WEIR_BASE_URL}/v1/${WEIR_ACCOUNT_ID}/measured/demo/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cf-aig-authorization': `Bearer ${WEIR_API_TOKEN}`,
      'cf-aig-metadata': JSON.stringify({ team }),
    },
    body: JSON.stringify({ model: 'any-model', messages: [{ role: 'user', content: 'Hello' }] }),
  });

for (const team of ['search', 'search', 'search', 'ads']) {
  const answer = await ask(team);
  await answer.text();
  const left = answer.headers.get('x-ratelimit-remaining');
  console.log(`${team}: ${answer.status}, ${left} of ${answer.headers.get('x-ratelimit-limit')} left`);
}
