import Cloudflare from 'cloudflare';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const account_id = `${WEIR_ACCOUNT_ID}`;

const client = new Cloudflare({ baseURL: `${WEIR_BASE_URL}/client/v4`, apiToken: `${WEIR_API_TOKEN}` });

// An operator credits 25 dollars. Told twice, the same id counts once.
const path = `/accounts/${account_id}/ai-gateway/billing/topup`;
await client.post(path, { body: { amount: 2500, id: 'invoice-2026-117' } });
await client.post(path, { body: { amount: 2500, id: 'invoice-2026-117' } });

const { balance } = await client.aiGateway.billing.creditBalance({ account_id });
console.log(`balance: ${balance} cents`);

const { invoices } = await client.aiGateway.billing.invoiceHistory({ account_id, type: 'manual' });
for (const { id, amount_paid, status } of invoices) console.log(`${id}: ${amount_paid} cents, ${status}`);

const { history } = await client.aiGateway.billing.usageHistory({
  account_id,
  value_grouping_window: 'day',
});
const used = history.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
console.log(`used in the last 30 days: ${used} cents`);
