import { setTimeout as sleep } from 'node:timers/promises';
import Cloudflare from 'cloudflare';
import OpenAI from 'openai';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;
const openai = new OpenAI({
  baseURL: `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai/v1`,
  apiKey: WEIR_API_TOKEN,
});
const { response } = await openai.chat.completions
  .create(
    { model: 'demo/any-model', messages: [{ role: 'user', content: 'Will this be logged?' }] },
    { headers: { 'cf-aig-metadata': '{"team":"a"}' } },
  )
  .withResponse();
const id = `${response.headers.get('cf-aig-log-id')}`;

const cloudflare = new Cloudflare({ baseURL: `${WEIR_BASE_URL}/client/v4`, apiToken: `${WEIR_API_TOKEN}` });
const account_id = `${WEIR_ACCOUNT_ID}`;
const place = { account_id, gateway_id: 'default' };

// A record is in the log a moment after its answer.
let page = await cloudflare.aiGateway.logs.list('default', { account_id });
while (!page.result.some((log) => log.id === id)) {
  await sleep(100);
  page = await cloudflare.aiGateway.logs.list('default', { account_id });
}

const log = await cloudflare.aiGateway.logs.get(id, place);
console.log(`${log.provider} ${log.model} ${log.status_code} ${log.metadata}`);
console.log(JSON.stringify(await cloudflare.aiGateway.logs.request(id, place)));
console.log(JSON.stringify(await cloudflare.aiGateway.logs.response(id, place)));

await cloudflare.aiGateway.logs.edit(id, { ...place, feedback: 1, score: 90 });
