interface Prices {
  effective: { source: string; tiers: { rates: { input?: string; output?: string } }[] } | null;
}

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const prices = `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai-gateway/prices`;
const manager = { authorization: `Bearer ${WEIR_API_TOKEN}`, 'content-type': 'application/json' };

const look = async () => {
  const answer = await fetch(`${prices}?provider=anthropic&model=claude-haiku-4-5`, { headers: manager });
  const { result } = (await answer.json()) as { result: Prices };
  const { source, tiers } = result.effective ?? { source: 'nobody', tiers: [] };
  console.log(`${source}: ${tiers[0]?.rates.input} in, ${tiers[0]?.rates.output} out`);
};

await look();
// What was agreed on with the provider: dollars for a million tokens, as text, so that they stay exact.
const agreed = { provider: 'anthropic', model: 'claude-haiku-*', rates: { input: '0.9', output: '4.5' } };
await fetch(prices, { method: 'PUT', headers: manager, body: JSON.stringify({ prices: [agreed] }) });
await look();
await fetch(prices, { method: 'PUT', headers: manager, body: JSON.stringify({ prices: [] }) });
